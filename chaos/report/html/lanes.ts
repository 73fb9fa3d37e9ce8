import { OUTCOMES } from "../../measurement/probe.ts";
import { PHASES } from "../record.ts";
import {
  addressRows,
  advertRows,
  deathOf,
  isFailover,
  neighbourRows,
  vrrpRows,
} from "./failover-lanes.ts";
import { windowOf } from "./headline.ts";
import { checkRows, heldRows } from "./health-lanes.ts";
import { ROW, type Lane, type LaneItem, type LaneRow } from "./lane.ts";
import { html } from "./markup.ts";
import { fixed, type Printer } from "./printer.ts";
import { shareRows } from "./share-lanes.ts";
import type { SeenTrial } from "./trial-streams.ts";

/** The lanes of one trial that have anything to show, from the cause to its effect. */
export function lanesOf(print: Printer, seen: SeenTrial): readonly Lane[] {
  const deadAt = deathOf(seen);
  const failover = isFailover(seen, deadAt);
  const lanes: Lane[] = [
    { title: "Fault", rows: faultRows(print, seen) },
    { title: "VRRP state", rows: failover ? vrrpRows(print, seen, deadAt) : [] },
    { title: "Adverts", rows: failover ? advertRows(print, seen) : [] },
    { title: "Address at", rows: failover ? addressRows(print, seen, deadAt) : [] },
    { title: "Neighbours", rows: failover ? neighbourRows(print, seen) : [] },
    { title: "Checks", rows: checkRows(print, seen) },
    { title: "Held", rows: heldRows(print, seen) },
    { title: "Answered", rows: shareRows(print, seen) },
    { title: "Probes", rows: probeRows(seen) },
    { title: "Phases", rows: phaseRows(print, seen) },
    { title: "Predicted", rows: windowRows(print) },
  ];
  return lanes.filter((lane) => lane.rows.length > 0);
}

function faultRows(print: Printer, seen: SeenTrial): LaneRow[] {
  return seen.trial.faults.map((fault, index) => {
    const reference = `/trials/${seen.position}/faults/${index}`;
    return {
      name: print.text(`${reference}/target`),
      height: ROW,
      items: [
        {
          kind: "span",
          fromMs: print.references.numberOf(`${reference}/injectedNs`) ?? 0,
          toMs: print.references.numberOf(`${reference}/healedNs`) ?? Number.POSITIVE_INFINITY,
          look: "fault",
          label: print.svg.text(`${reference}/kind`),
          labelLength: fault.kind.length,
        },
      ],
    };
  });
}

function probeRows(seen: SeenTrial): LaneRow[] {
  return OUTCOMES.flatMap((outcome): LaneRow[] => {
    const atMs = seen.probes
      .filter((one) => one.probe.outcome === outcome)
      .map((one) => one.intendedMs);
    if (atMs.length === 0) return [];
    return [
      {
        name: html`${outcome.replace("_", " ")}`,
        // Failures are taller, so that they stand out without colour.
        height: outcome === "ok" ? 14 : 24,
        items: [{ kind: "ticks", atMs, look: `probe o-${outcome}` }],
      },
    ];
  });
}

function phaseRows(print: Printer, seen: SeenTrial): LaneRow[] {
  const { marks } = seen.trial;
  const items = PHASES.flatMap((phase): LaneItem[] => {
    const [from, to] = [marks[phase.from].atMs, marks[phase.to].atMs];
    if (from === null || to === null) return [];
    const reference = `/trials/${seen.position}/phases/${phase.id}/value`;
    return [
      {
        kind: "span",
        fromMs: from,
        toMs: to,
        look: `phase-${phase.id}`,
        label: html`${phase.id} ${print.svg.num(reference, "ms")}`,
        labelLength: phase.id.length + 1 + print.lengthOf(reference, "ms"),
      },
    ];
  });
  return items.length === 0 ? [] : [{ name: html`from ${fixed("P1")}`, height: ROW, items }];
}

function windowRows(print: Printer): LaneRow[] {
  const window = windowOf(print.run.record, "outage");
  if (window === null) return [];
  return [{ name: html`recovery`, height: 30, items: [{ kind: "window", window }] }];
}
