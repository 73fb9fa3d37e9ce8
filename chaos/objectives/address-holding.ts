import type { TrialData } from "../scenario.ts";
import { hurtings } from "./hurt-nodes.ts";
import { theEnd } from "./moments.ts";

/**
 * Who holds the floating address, and for how long, by what the nodes see on their own interfaces: a node
 * that says nothing any more because it died, is frozen or is cut off holds it for nobody.
 */

/** Faults that leave a node without what it had. */
const DEATHS: ReadonlySet<string> = new Set(["kill", "silent-kill"]);
/** Faults during which what a node has is of no use to anybody. */
const ABSENCES: ReadonlySet<string> = new Set(["pause", "isolate"]);

/** Who holds the address from some time on. */
interface Held {
  readonly atNs: bigint;
  readonly by: ReadonlySet<string>;
}

/** What is asked of those who hold it at the same time. */
type Holders = (by: ReadonlySet<string>) => boolean;

/** Stretches of time, and how long they are together. */
export type HoldingTime =
  | {
      readonly value: number;
      readonly spans: readonly { readonly fromNs: bigint; readonly toNs: bigint }[];
      readonly reason?: undefined;
    }
  | { readonly value: null; readonly reason: string };

/** How long, from the fault to the end in milliseconds, the address was held by as many as are asked for. */
export function timeHeldBy(data: TrialData, wanted: Holders): HoldingTime {
  const held = holdings(data);
  if ("reason" in held) return { value: null, reason: held.reason };
  const endNs = theEnd.find(data).atNs ?? data.injectedNs;
  const spans = held.steps.flatMap(({ atNs, by }, index) => {
    const next = held.steps[index + 1]?.atNs ?? endNs;
    const fromNs = atNs > data.injectedNs ? atNs : data.injectedNs;
    const toNs = next < endNs ? next : endNs;
    return toNs > fromNs && wanted(by) ? [{ fromNs, toNs }] : [];
  });
  const totalNs = spans.reduce((sum, { fromNs, toNs }) => sum + toNs - fromNs, 0n);
  return { value: Number(totalNs) / 1e6, spans };
}

/** Who held the address when, in order, from the first balancer that had it on. */
function holdings(
  data: TrialData,
): { readonly steps: readonly Held[] } | { readonly reason: string } {
  const address = data.topology.virtualAddress?.address;
  if (address === undefined) return { reason: "the topology has no floating address" };
  const has = new Set<string>();
  const absent = new Map<string, number>();
  const steps: Held[] = [];
  for (const { atNs, change } of changesOf(data, address)) {
    change(has, absent);
    steps.push({ atNs, by: new Set([...has].filter((node) => (absent.get(node) ?? 0) === 0)) });
  }
  if (!steps.some(({ by }) => by.size > 0)) {
    return { reason: `no balancer told that it has the floating address ${address}` };
  }
  return { steps };
}

interface Change {
  readonly atNs: bigint;
  readonly change: (has: Set<string>, absent: Map<string, number>) => void;
}

function changesOf(data: TrialData, address: string): readonly Change[] {
  const told = data.events.flatMap((event): Change[] => {
    const atNs = BigInt(event.monotonicNs);
    const { type, node } = event;
    if (type === "address.added" && event.data["address"] === address) {
      return [{ atNs, change: (has) => void has.add(node) }];
    }
    const lost =
      (type === "address.removed" && event.data["address"] === address) ||
      // A node that died and was started again has nothing yet.
      (type === "process.started" && event.data["name"] === "keepalived");
    return lost ? [{ atNs, change: (has) => void has.delete(node) }] : [];
  });
  const hurt = hurtings(data).flatMap(({ node, kind, fromNs, toNs }): Change[] => {
    if (DEATHS.has(kind)) return [{ atNs: fromNs, change: (has) => void has.delete(node) }];
    if (!ABSENCES.has(kind)) return [];
    const by =
      (step: number): Change["change"] =>
      (_, absent) =>
        void absent.set(node, (absent.get(node) ?? 0) + step);
    const back = toNs === null ? [] : [{ atNs: toNs, change: by(-1) }];
    return [{ atNs: fromNs, change: by(1) }, ...back];
  });
  return [...told, ...hurt].toSorted((a, b) => Number(a.atNs - b.atNs));
}
