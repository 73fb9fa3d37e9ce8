import type { LaneItem, LaneRow } from "./lane.ts";
import type { Printer } from "./printer.ts";
import { changedShares, type ChangedShare } from "./share-change.ts";
import { configuredSlowStarts, rampOf, slowStartsOf } from "./slow-start-ramp.ts";
import type { SeenTrial } from "./trial-streams.ts";

const HEIGHT = 26;
/** A row on which a ramp is drawn has to be read. */
const RAMP_HEIGHT = 48;

/** What changes who may be picked. */
const POOL_CHANGES: readonly string[] = [
  "backend.unhealthy",
  "backend.healthy",
  "backend.ejected",
  "backend.readmitted",
  "backend.draining",
  "backend.drained",
  "slow-start.begin",
  "slow-start.end",
];

/** When the pool last changed before the fault: whoever came back just then had no whole share yet. */
function steadyFrom({ events }: SeenTrial): number {
  const last = events.findLast(({ atMs, event }) => atMs < 0 && POOL_CHANGES.includes(event.type));
  return last?.atMs ?? Number.NEGATIVE_INFINITY;
}

/**
 * Who answered how much, as heights over time; the largest share of any is a whole row. Grey where it is
 * as before the fault. Where a slow start is configured, the share that it gives is drawn over it.
 */
export function shareRows(print: Printer, seen: SeenTrial): LaneRow[] {
  const changed = changedShares(seen.probes, steadyFrom(seen));
  const ramps = changed.map((one) => rampsOf(print, seen, one));
  const largest = Math.max(
    ...changed.flatMap(({ usual, steps }) => [usual, ...steps.map(({ share }) => share)]),
    ...ramps.flat(2).map(({ share }) => share),
  );
  return changed.map(({ line, usual, steps }, index) => {
    const own = ramps[index] ?? [];
    return {
      name: print.text(`probes:${line}/node`),
      height: own.length > 0 ? RAMP_HEIGHT : HEIGHT,
      items: [
        {
          kind: "heights",
          steps: steps.map(({ share, ...rest }) => ({ ...rest, height: share / largest })),
        },
        { kind: "level", look: "usual", height: usual / largest },
        ...own.map((ramp): LaneItem => ({
          kind: "line",
          look: "ramp",
          points: ramp.map(({ atMs, share }) => ({ atMs, height: share / largest })),
        })),
      ],
    };
  });
}

function rampsOf(print: Printer, seen: SeenTrial, { backend, usual }: ChangedShare) {
  const configured = configuredSlowStarts(print.run.record.topology);
  return slowStartsOf(seen.events, backend).flatMap(({ pool, beginMs }) => {
    const setting = configured.get(pool);
    return setting === undefined ? [] : [rampOf(setting, beginMs, usual)];
  });
}
