import { partsOf } from "../fault-parts.ts";
import { field, grouped, ROW, spansOf, type LaneRow } from "./lane.ts";
import { html } from "./markup.ts";
import type { Printer } from "./printer.ts";
import type { SeenTrial } from "./trial-streams.ts";

const FAILOVER_EVENTS: readonly string[] = [
  "vrrp.master",
  "vrrp.backup",
  "vrrp.fault",
  "vrrp.stop",
  "address.added",
  "address.removed",
];

/** Whether the floating address had any part in the trial; if not, its lanes say nothing. */
export function isFailover(seen: SeenTrial, deadAt: (node: string) => number): boolean {
  return (
    seen.trial.phase.of === "advert" ||
    seen.events.some(
      ({ atMs, event }) =>
        FAILOVER_EVENTS.includes(event.type) && (atMs >= 0 || Number.isFinite(deadAt(event.node))),
    )
  );
}

/** When a node stopped telling anything, because the fault was its death. */
export function deathOf(seen: SeenTrial): (node: string) => number {
  const deaths = new Map<string, number>();
  for (const { kind, target } of seen.trial.faults.flatMap(partsOf)) {
    if (kind === "kill" || kind === "silent-kill") deaths.set(target, 0);
  }
  return (node) => deaths.get(node) ?? Number.POSITIVE_INFINITY;
}

const VRRP_LOOKS: Readonly<Record<string, string>> = {
  "vrrp.master": "master",
  "vrrp.backup": "backup",
  "vrrp.fault": "faulty",
};

/** The VRRP state of every node that told one. */
export function vrrpRows(
  print: Printer,
  seen: SeenTrial,
  deadAt: (node: string) => number,
): LaneRow[] {
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

/** Adverts as seen on the wire, a row for each sender. */
export function advertRows(print: Printer, seen: SeenTrial): LaneRow[] {
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

/** Which node held the floating address. */
export function addressRows(
  print: Printer,
  seen: SeenTrial,
  deadAt: (node: string) => number,
): LaneRow[] {
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

/** Which hardware address the client's neighbour table had for the floating address. */
export function neighbourRows(print: Printer, seen: SeenTrial): LaneRow[] {
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
