import type { Fault } from "./fault.ts";
import { faultOnLink } from "./toxics/link-fault.ts";

/** A canary that is not answered within this time counts as stalled; a healthy one takes under 5 ms. */
const CANARY_MS = 100;
const STALL = { type: "bandwidth", attributes: { rate: 0 } } as const;

/**
 * A link carries no more bytes, both ways; connections stay open, and what was held back is
 * delivered when it heals: Toxiproxy's bandwidth toxic with rate 0. (Its timeout toxic would throw
 * the bytes away and close the connections when removed.)
 *
 * @param linkId `from--to`, of a link with a fault point
 * @param canary bytes that the far end answers, to see that the stall is real
 */
export function stallLink(linkId: string, canary: { readonly send: string }): Fault {
  return faultOnLink(linkId, {
    kind: "stall-link",
    title: "stall of",
    toxics: [
      { stream: "upstream", toxic: STALL },
      { stream: "downstream", toxic: STALL },
    ],
    canary: { send: canary.send, until: "data", withinMs: CANARY_MS },
    shows: ({ outcome }) => outcome === "silent",
  });
}
