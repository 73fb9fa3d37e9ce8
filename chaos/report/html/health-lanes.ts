import { CHECKED_ROW, field, grouped, ROW, spansOf, type LaneRow } from "./lane.ts";
import { html } from "./markup.ts";
import type { Printer } from "./printer.ts";
import type { SeenEvent, SeenTrial } from "./trial-streams.ts";

const BACKEND_STATES: Readonly<Record<string, { look: string; word: string } | null>> = {
  "backend.unhealthy": { look: "faulty", word: "unhealthy" },
  "backend.healthy": { look: "healthy", word: "healthy" },
  "backend.ejected": { look: "faulty", word: "ejected" },
  "backend.readmitted": { look: "healthy", word: "readmitted" },
  "backend.spared": { look: "held", word: "spared" },
  "backend.draining": { look: "backup", word: "draining" },
  "backend.drained": { look: "backup", word: "drained" },
  "slow-start.begin": { look: "backup", word: "slow start" },
  "slow-start.end": { look: "healthy", word: "full share" },
};

function checkFailed(event: SeenEvent["event"]): boolean {
  return event.type === "check.end" && event.data["result"] !== "pass";
}

/** A slow start is told first, and the return that began it in the same moment: it is what lasts. */
function withoutReturns(states: readonly SeenEvent[]): SeenEvent[] {
  return states.filter(
    ({ event: { type } }, index) =>
      (type !== "backend.healthy" && type !== "backend.readmitted") ||
      states[index - 1]?.event.type !== "slow-start.begin",
  );
}

/** Checks and state of every backend to which something happened after the fault. */
export function checkRows(print: Printer, seen: SeenTrial): LaneRow[] {
  const groups = grouped(seen, [...Object.keys(BACKEND_STATES), "check.end"], (event) => {
    const backend = field(event, "backend");
    return backend === null ? null : `${backend} ${event.node}`;
  });
  const interesting = [...groups.values()].filter((events) =>
    events.some(
      (one) => one.atMs >= 0 && (one.event.type !== "check.end" || checkFailed(one.event)),
    ),
  );
  const observers = new Set(interesting.flatMap((events) => events.map((one) => one.event.node)));
  return interesting.map((events) => {
    const checks = events.filter((one) => one.event.type === "check.end");
    const times = (failed: boolean): number[] =>
      checks.filter((one) => checkFailed(one.event) === failed).map((one) => one.atMs);
    const line = events[0]?.line ?? 0;
    return {
      name:
        observers.size > 1
          ? html`${print.text(`events:${line}/data/backend`)} by
            ${print.text(`events:${line}/node`)}`
          : print.text(`events:${line}/data/backend`),
      height: CHECKED_ROW,
      items: [
        ...spansOf(
          withoutReturns(events.filter((one) => one.event.type !== "check.end")),
          Number.POSITIVE_INFINITY,
          (one) => {
            const state = BACKEND_STATES[one.event.type] ?? null;
            if (state === null) return null;
            return { look: state.look, label: html`${state.word}`, labelLength: state.word.length };
          },
        ),
        { kind: "ticks", atMs: times(false), look: "check" },
        { kind: "crosses", atMs: times(true), look: "check-failed" },
      ],
    };
  });
}

/** When a balancer held the health of a whole pool. */
export function heldRows(print: Printer, seen: SeenTrial): LaneRow[] {
  const groups = grouped(
    seen,
    ["pool.held", "pool.released", "pool.panic", "pool.calm"],
    (event) => `${field(event, "pool") ?? "pool"} ${event.node}`,
  );
  return [...groups.values()].map((events) => {
    const reference = `events:${events[0]?.line ?? 0}`;
    return {
      name: html`${print.text(`${reference}/data/pool`)} on ${print.text(`${reference}/node`)}`,
      height: ROW,
      items: spansOf(events, Number.POSITIVE_INFINITY, (one) => {
        if (one.event.type === "pool.released" || one.event.type === "pool.calm") return null;
        const held = one.event.type === "pool.held";
        const word = held ? "health held" : "panic";
        return { look: held ? "held" : "faulty", label: html`${word}`, labelLength: word.length };
      }),
    };
  });
}
