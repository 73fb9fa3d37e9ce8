import type { Fault } from "./fault.ts";
import { faultOnLink } from "./toxics/link-fault.ts";
import type { Stream } from "./toxiproxy.ts";

/**
 * What can happen to a link that leads through a fault point, beside its stall. Its `canary` is bytes
 * that the far end answers, to see that the fault is real.
 */
export interface LinkCanary {
  readonly send: string;
}

/** Which way bytes go that are hurt: `upstream` from the link's near end to its far end. */
export interface LinkDirection {
  /** @default "downstream" */
  readonly stream?: Stream;
}

/** A canary that finds no answer within this time finds none; a healthy one takes under 5 ms. */
const SILENCE_MS = 100;
/** Beyond what the fault itself takes, on a busy machine. */
const MARGIN_MS = 5_000;
/** What takes less is not told from a link that is well. */
const VISIBLE_MS = 20;
/** Timers of Toxiproxy are no more exact. */
const TIMER_MS = 2;

/** Data takes longer, each piece by `delayMs` ± `jitterMs`; handshakes do not. */
export function delayLink(
  linkId: string,
  canary: LinkCanary,
  options: LinkDirection & { readonly delayMs: number; readonly jitterMs?: number },
): Fault {
  const { delayMs, jitterMs = 0, stream = "downstream" } = options;
  positive("delayLink", "delayMs", delayMs);
  if (!(jitterMs >= 0 && jitterMs <= delayMs)) {
    throw new RangeError(`delayLink: jitterMs is ${jitterMs}. Use a number from 0 to delayMs.`);
  }
  const atLeastMs = delayMs - jitterMs - TIMER_MS;
  const jitter = jitterMs === 0 ? "" : ` ± ${jitterMs}`;
  return faultOnLink(linkId, {
    kind: "delay-link",
    title: `delay of ${delayMs}${jitter} ms on`,
    toxics: [
      { stream, toxic: { type: "latency", attributes: { latency: delayMs, jitter: jitterMs } } },
    ],
    canary: { ...canary, until: "data", withinMs: delayMs + jitterMs + MARGIN_MS },
    shows: ({ outcome, tookMs }) => outcome === "answered" && tookMs >= atLeastMs,
  });
}

/**
 * A link carries only so many bytes a second. The canary's bytes must need at least 20 ms for their way,
 * or they do not show it.
 */
export function throttleLink(
  linkId: string,
  canary: LinkCanary,
  options: LinkDirection & { readonly kilobytesPerSecond: number },
): Fault {
  const { kilobytesPerSecond: rate, stream = "downstream" } = options;
  positive("throttleLink", "kilobytesPerSecond", rate);
  return faultOnLink(linkId, {
    kind: "throttle-link",
    title: `${rate} kB/s on`,
    toxics: [{ stream, toxic: { type: "bandwidth", attributes: { rate } } }],
    canary: { ...canary, until: "data", withinMs: MARGIN_MS },
    shows: ({ outcome, tookMs, bytes }) => {
      const needsMs = (stream === "downstream" ? bytes : canary.send.length) / rate;
      return outcome === "answered" && needsMs >= VISIBLE_MS && tookMs >= needsMs - TIMER_MS;
    },
  });
}

/**
 * New connections are reset by their first bytes. Those that were open are closed without a reset, at
 * the next bytes: Toxiproxy cannot do more, `resetConnections` can.
 */
export function resetLink(linkId: string, canary: LinkCanary): Fault {
  return faultOnLink(linkId, {
    kind: "reset-link",
    title: "resets on",
    toxics: [{ stream: "upstream", toxic: { type: "reset_peer", attributes: { timeout: 0 } } }],
    canary: { ...canary, until: "data", withinMs: MARGIN_MS },
    shows: ({ outcome }) => outcome === "reset",
  });
}

/**
 * A link swallows what it is given, both ways, and never says so. Healed, it closes the connections
 * that were open: their bytes are lost. A stall keeps them.
 */
export function blackHoleLink(linkId: string, canary: LinkCanary): Fault {
  const toxic = { type: "timeout", attributes: { timeout: 0 } } as const;
  return faultOnLink(linkId, {
    kind: "black-hole-link",
    title: "black hole on",
    toxics: [
      { stream: "upstream", toxic },
      { stream: "downstream", toxic },
    ],
    canary: { ...canary, until: "data", withinMs: SILENCE_MS },
    shows: ({ outcome }) => outcome === "silent",
  });
}

/** The far end's close arrives `delayMs` late. The far end must close after it has answered the canary. */
export function closeLinkLate(
  linkId: string,
  canary: LinkCanary,
  { delayMs }: { readonly delayMs: number },
): Fault {
  positive("closeLinkLate", "delayMs", delayMs);
  return faultOnLink(linkId, {
    kind: "close-link-late",
    title: `closes ${delayMs} ms late on`,
    toxics: [
      { stream: "downstream", toxic: { type: "slow_close", attributes: { delay: delayMs } } },
    ],
    canary: { ...canary, until: "end", withinMs: delayMs + MARGIN_MS },
    shows: ({ outcome, tookMs }) => outcome === "answered" && tookMs >= delayMs - TIMER_MS,
  });
}

/**
 * Data arrives in pieces of at most `sizeBytes`, `delayMs` apart. The far end must close after it has answered
 * the canary, with more than one piece.
 */
export function sliceLink(
  linkId: string,
  canary: LinkCanary,
  options: LinkDirection & { readonly sizeBytes: number; readonly delayMs: number },
): Fault {
  const { sizeBytes, delayMs, stream = "downstream" } = options;
  positive("sliceLink", "sizeBytes", sizeBytes);
  positive("sliceLink", "delayMs", delayMs);
  // Microseconds, other than everywhere else in Toxiproxy.
  const attributes = { average_size: sizeBytes, size_variation: 0, delay: delayMs * 1_000 };
  return faultOnLink(linkId, {
    kind: "slice-link",
    title: `pieces of ${sizeBytes} bytes at most on`,
    toxics: [{ stream, toxic: { type: "slicer", attributes } }],
    canary: { ...canary, until: "end", withinMs: MARGIN_MS },
    shows: ({ outcome, tookMs, bytes }) => {
      const pieces = Math.floor((stream === "downstream" ? bytes : canary.send.length) / sizeBytes);
      const needsMs = Math.max(0, pieces - 1) * delayMs;
      return outcome === "answered" && pieces > 1 && tookMs >= needsMs - TIMER_MS;
    },
  });
}

/** Connections end after so many bytes from the far end, such as in the middle of a response. */
export function truncateLink(
  linkId: string,
  canary: LinkCanary,
  { bytes: limit }: { readonly bytes: number },
): Fault {
  positive("truncateLink", "bytes", limit);
  return faultOnLink(linkId, {
    kind: "truncate-link",
    title: `an end after ${limit} bytes on`,
    toxics: [{ stream: "downstream", toxic: { type: "limit_data", attributes: { bytes: limit } } }],
    canary: { ...canary, until: "end", withinMs: MARGIN_MS },
    shows: ({ outcome, bytes }, before) =>
      outcome === "answered" && bytes <= limit && before.bytes > limit,
  });
}

/** A link refuses connections, and closes those that it carried. */
export function refuseLink(linkId: string, canary: LinkCanary): Fault {
  return faultOnLink(linkId, {
    kind: "refuse-link",
    title: "refusal on",
    toxics: "disabled",
    canary: { ...canary, until: "data", withinMs: MARGIN_MS },
    shows: ({ outcome }) => outcome === "refused",
  });
}

function positive(fault: string, option: string, value: number): void {
  if (Number.isFinite(value) && value > 0) return;
  throw new RangeError(`${fault}: ${option} is ${value}. Use a number above 0.`);
}
