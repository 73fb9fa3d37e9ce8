import { isDeepStrictEqual } from "node:util";
import type { Config } from "../config.ts";
import { InvalidDocument, shorten, type Problem } from "../errors.ts";

/** Ids of what one configuration has and another one has not, or has otherwise. */
export interface Differences {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** What a new configuration changes. */
export interface Changes {
  readonly listeners: Differences;
  /** `changed`: anything but the backends. */
  readonly pools: Differences;
  /** As `pool/backend`. One with another address counts as changed, and begins anew. */
  readonly backends: Differences;
  /** Sections that differ: `timeouts`, `limits`. */
  readonly sections: readonly string[];
}

const SECTIONS = ["timeouts", "limits"] as const;
/** What only a new process can change. */
const FIXED = ["admin", "failover", "telemetry"] as const;

/** What would change if one configuration were replaced by another. */
export function changesBetween(before: Config, after: Config): Changes {
  return {
    listeners: differences(byId(before.listeners), byId(after.listeners)),
    pools: differences(poolsOf(before), poolsOf(after)),
    backends: differences(backendsOf(before), backendsOf(after)),
    sections: SECTIONS.filter((section) => !isDeepStrictEqual(before[section], after[section])),
  };
}

/** Whether nothing at all would change. */
export function isNoChange({ sections, ...rest }: Changes): boolean {
  const groups: readonly Differences[] = Object.values(rest);
  return (
    sections.length === 0 &&
    groups.every(
      ({ added, removed, changed }) => added.length + removed.length + changed.length === 0,
    )
  );
}

/**
 * Refuses a configuration that a running process cannot take over.
 *
 * @throws InvalidDocument with every field that only a restart can change
 */
export function checkChangeable(before: Config, after: Config): void {
  const problems: Problem[] = FIXED.filter(
    (section) => !isDeepStrictEqual(before[section], after[section]),
  ).map((section) => ({
    path: section,
    value: shorten(after[section]),
    message: "cannot change while the balancer runs",
    next: `Leave it as it is (${shorten(before[section])}), or restart the balancer; SIGUSR2 does it without a lost request.`,
  }));
  if (problems.length > 0) throw new InvalidDocument("The new configuration", problems);
}

type Named = ReadonlyMap<string, unknown>;

function differences(before: Named, after: Named): Differences {
  return {
    added: [...after.keys()].filter((id) => !before.has(id)),
    removed: [...before.keys()].filter((id) => !after.has(id)),
    changed: [...after.keys()].filter(
      (id) => before.has(id) && isOther(before.get(id), after.get(id)),
    ),
  };
}

function isOther(one: unknown, other: unknown): boolean {
  return one !== other && (typeof one === "string" || !isDeepStrictEqual(one, other));
}

function byId(items: readonly { readonly id: string }[]): Named {
  return new Map(items.map((item) => [item.id, item]));
}

function poolsOf({ pools }: Config): Named {
  return new Map(pools.map((pool) => [pool.id, { ...pool, backends: [] }]));
}

function backendsOf({ pools }: Config): Named {
  const all = new Map<string, string>();
  for (const pool of pools) {
    for (const { id, address, port, weight } of pool.backends) {
      // Texts, because there may be thousands.
      all.set(`${pool.id}/${id}`, `${address} ${port} ${weight}`);
    }
  }
  return all;
}
