import { OUTCOMES } from "../../measurement/probe.ts";
import { PHASES } from "../record.ts";
import type { Reference } from "../reference.ts";
import { windowOf } from "./headline.ts";
import { html, type Markup } from "./markup.ts";
import { fixed, type Printer } from "./printer.ts";
import type { SeenEvent, SeenTrial } from "./trial-streams.ts";

/** Something drawn in a row: a stretch of time, or points in time of one kind. */
export type LaneItem =
  | {
      readonly kind: "span";
      readonly fromMs: number;
      /** Infinity when it had not ended. */
      readonly toMs: number;
      readonly look: string;
      readonly label: Markup | null;
      /** Characters of the label, to leave it out where it does not fit. */
      readonly labelLength: number;
    }
  | { readonly kind: "ticks"; readonly atMs: readonly number[]; readonly look: string }
  | { readonly kind: "crosses"; readonly atMs: readonly number[]; readonly look: string }
  | { readonly kind: "window"; readonly window: Reference };

/** One line of a lane. */
export interface LaneRow {
  readonly name: Markup;
  readonly height: number;
  readonly items: readonly LaneItem[];
}

/** What belongs together in a timeline. */
export interface Lane {
  readonly title: string;
  readonly rows: readonly LaneRow[];
}

const ROW = 20;

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
    { title: "Probes", rows: probeRows(seen) },
    { title: "Phases", rows: phaseRows(print, seen) },
    { title: "Predicted", rows: windowRows(print) },
  ];
  return lanes.filter((lane) => lane.rows.length > 0);
}

const FAILOVER_EVENTS: readonly string[] = [
  "vrrp.master",
  "vrrp.backup",
  "vrrp.fault",
  "vrrp.stop",
  "address.added",
  "address.removed",
];

/** Whether the floating address had any part in the trial; if not, its lanes say nothing. */
function isFailover(seen: SeenTrial, deadAt: (node: string) => number): boolean {
  return (
    seen.trial.phase.of === "advert" ||
    seen.events.some(
      ({ atMs, event }) =>
        FAILOVER_EVENTS.includes(event.type) && (atMs >= 0 || Number.isFinite(deadAt(event.node))),
    )
  );
}

/** Events of these types, by a key, in the order of their first appearance. */
function grouped(
  seen: SeenTrial,
  types: readonly string[],
  keyOf: (event: SeenEvent["event"]) => string | null,
): Map<string, SeenEvent[]> {
  const groups = new Map<string, SeenEvent[]>();
  for (const one of seen.events) {
    if (!types.includes(one.event.type)) continue;
    const key = keyOf(one.event);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return new Map([...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function field(event: SeenEvent["event"], name: string): string | null {
  const value = event.data[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}

/** When a node stopped telling anything, because the fault was its death. */
function deathOf(seen: SeenTrial): (node: string) => number {
  const deaths = new Map<string, number>();
  for (const fault of seen.trial.faults) {
    if (fault.kind === "kill" || fault.kind === "silent-kill") deaths.set(fault.target, 0);
  }
  return (node) => deaths.get(node) ?? Number.POSITIVE_INFINITY;
}

/** Stretches between events: each lasts until the next, or until the node is dead. */
function spansOf(
  events: readonly SeenEvent[],
  endMs: number,
  lookOf: (one: SeenEvent) => { look: string; label: Markup | null; labelLength: number } | null,
): LaneItem[] {
  return events.flatMap((one, index): LaneItem[] => {
    const look = lookOf(one);
    const toMs = Math.min(events[index + 1]?.atMs ?? Number.POSITIVE_INFINITY, endMs);
    if (look === null || toMs <= one.atMs) return [];
    return [{ kind: "span", fromMs: one.atMs, toMs, ...look }];
  });
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

const VRRP_LOOKS: Readonly<Record<string, string>> = {
  "vrrp.master": "master",
  "vrrp.backup": "backup",
  "vrrp.fault": "faulty",
};

function vrrpRows(print: Printer, seen: SeenTrial, deadAt: (node: string) => number): LaneRow[] {
  const types = [...Object.keys(VRRP_LOOKS), "vrrp.stop"];
  return [...grouped(seen, types, (event) => event.node)].map(([node, events]) => ({
    name: print.text(`events:${events[0]?.line ?? 0}/node`),
    height: ROW,
    items: spansOf(events, deadAt(node), (one) => {
      const look = VRRP_LOOKS[one.event.type];
      if (look === undefined) return null;
      const word = look === "faulty" ? "fault" : look;
      return { look, label: html`${word}`, labelLength: word.length };
    }),
  }));
}

function advertRows(print: Printer, seen: SeenTrial): LaneRow[] {
  const groups = grouped(
    seen,
    ["vrrp.advert"],
    (event) => field(event, "source") ?? field(event, "priority"),
  );
  return [...groups.values()].map((events) => ({
    name: html`prio ${print.text(`events:${events[0]?.line ?? 0}/data/priority`)}`,
    height: 16,
    items: [{ kind: "ticks", atMs: events.map((one) => one.atMs), look: "advert" }],
  }));
}

function addressRows(print: Printer, seen: SeenTrial, deadAt: (node: string) => number): LaneRow[] {
  const floating = print.run.record.topology.virtualAddress?.address;
  const groups = grouped(seen, ["address.added", "address.removed"], (event) =>
    floating === undefined || field(event, "address") === floating ? event.node : null,
  );
  return [...groups].map(([node, events]) => ({
    name: print.text(`events:${events[0]?.line ?? 0}/node`),
    height: ROW,
    items: spansOf(events, deadAt(node), (one) =>
      one.event.type === "address.removed"
        ? null
        : {
            look: "owner",
            label: print.svg.text(`events:${one.line}/data/address`),
            labelLength: (field(one.event, "address") ?? "").length,
          },
    ),
  }));
}

function neighbourRows(print: Printer, seen: SeenTrial): LaneRow[] {
  const floating = print.run.record.topology.virtualAddress?.address;
  const groups = grouped(seen, ["neighbour.changed"], (event) =>
    floating === undefined || field(event, "address") === floating ? event.node : null,
  );
  return [...groups.values()].map((events) => {
    // The kernel tells every change of state; the reader cares for changes of the address behind it.
    const moves = events.filter(
      (one, index) =>
        index === 0 || field(one.event, "mac") !== field((events[index - 1] ?? one).event, "mac"),
    );
    const macs = [...new Set(moves.map((one) => field(one.event, "mac")))];
    return {
      name: print.text(`events:${events[0]?.line ?? 0}/node`),
      height: ROW,
      items: spansOf(moves, Number.POSITIVE_INFINITY, (one) => {
        const mac = field(one.event, "mac");
        if (mac === null) return null;
        return {
          look: macs.indexOf(mac) % 2 === 0 ? "mac-even" : "mac-odd",
          label: print.svg.text(`events:${one.line}/data/mac`),
          labelLength: mac.length,
        };
      }),
    };
  });
}

const BACKEND_STATES: Readonly<Record<string, { look: string; word: string } | null>> = {
  "backend.unhealthy": { look: "faulty", word: "unhealthy" },
  "backend.healthy": { look: "healthy", word: "healthy" },
  "backend.ejected": { look: "faulty", word: "ejected" },
  "backend.readmitted": { look: "healthy", word: "readmitted" },
  "backend.draining": { look: "backup", word: "draining" },
  "backend.drained": { look: "backup", word: "drained" },
  "slow-start.begin": { look: "backup", word: "slow start" },
  "slow-start.end": { look: "healthy", word: "full share" },
};

function checkFailed(event: SeenEvent["event"]): boolean {
  return event.type === "check.end" && event.data["result"] !== "pass";
}

function checkRows(print: Printer, seen: SeenTrial): LaneRow[] {
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
      height: ROW,
      items: [
        ...spansOf(
          events.filter((one) => one.event.type !== "check.end"),
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

function heldRows(print: Printer, seen: SeenTrial): LaneRow[] {
  const groups = grouped(
    seen,
    ["pool.held", "pool.released", "pool.panic"],
    (event) => `${field(event, "pool") ?? "pool"} ${event.node}`,
  );
  return [...groups.values()].map((events) => {
    const reference = `events:${events[0]?.line ?? 0}`;
    return {
      name: html`${print.text(`${reference}/data/pool`)} on ${print.text(`${reference}/node`)}`,
      height: ROW,
      items: spansOf(events, Number.POSITIVE_INFINITY, (one) => {
        if (one.event.type === "pool.released") return null;
        const held = one.event.type === "pool.held";
        const word = held ? "health held" : "panic";
        return { look: held ? "held" : "faulty", label: html`${word}`, labelLength: word.length };
      }),
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
