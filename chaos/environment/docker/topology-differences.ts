import type { Topology } from "../../../stacks/topology.ts";

/** So many are named; a topology of another kind differs in everything. */
const NAMED = 12;

/**
 * Where a deployed topology is not what a scenario wants, one line each: `nodes.lb-a.address: deployed
 * "198.18.7.11", wanted "198.18.8.11"`. Its id may be another. Empty when they are the same.
 */
export function topologyDifferences(deployed: Topology, wanted: Topology): readonly string[] {
  const all = differences("", { ...deployed, id: "" }, { ...wanted, id: "" });
  const more = all.length - NAMED;
  return more > 0 ? [...all.slice(0, NAMED), `and ${more} more`] : all;
}

function differences(path: string, deployed: unknown, wanted: unknown): string[] {
  if (isPlain(deployed) && isPlain(wanted)) {
    const keys = new Set([...Object.keys(wanted), ...Object.keys(deployed)]);
    return [...keys].flatMap((key) =>
      differences(path === "" ? key : `${path}.${key}`, byName(deployed)[key], byName(wanted)[key]),
    );
  }
  const [is, should] = [shown(deployed), shown(wanted)];
  return is === should ? [] : [`${path}: deployed ${is}, wanted ${should}`];
}

type Plain = Readonly<Record<string, unknown>>;

function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null;
}

function byName(value: Plain): Plain {
  return value;
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
