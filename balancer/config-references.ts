import type { z } from "zod";
import { DEFAULTS } from "./defaults.ts";
import { leastTableSize } from "./selection/maglev.ts";

/**
 * What no single field of a configuration can tell: ids and ports that repeat, listeners that name no
 * pool, and tables too small for their pools. It runs over documents with other faults too, so that a
 * user sees all of them at once; what has no proper shape is passed over here, its own problem is told
 * already.
 */
export function checkReferences(document: unknown, context: z.RefinementCtx): void {
  const { listeners, pools } = fieldsOf(document);
  const listenerList = listOf(listeners);
  const poolList = listOf(pools);
  reportRepeated(listenerList, ["listeners"], "id", (listener) => listener["id"], context);
  reportRepeated(listenerList, ["listeners"], "port", endpointOf, context);
  reportRepeated(poolList, ["pools"], "id", (pool) => pool["id"], context);
  poolList.forEach((pool, index) => {
    const backends = listOf(pool["backends"]);
    reportRepeated(backends, ["pools", index, "backends"], "id", (one) => one["id"], context);
  });
  reportKeys(listenerList, poolList, context);
  reportTableSizes(poolList, context);
  const known = poolList.flatMap(({ id }) => (typeof id === "string" ? [id] : []));
  listenerList.forEach(({ pool }, index) => {
    if (typeof pool !== "string" || known.includes(pool)) return;
    context.addIssue({
      code: "custom",
      path: ["listeners", index, "pool"],
      message: `names no pool | Use one of: ${known.join(", ")}.`,
    });
  });
}

/** Keys that only a request has. */
const NEEDS_REQUEST: readonly unknown[] = ["header", "cookie", "path", "query"];

/** A tcp listener knows nothing of a connection but the client's address. */
function reportKeys(
  listeners: readonly Fields[],
  pools: readonly Fields[],
  context: z.RefinementCtx,
): void {
  pools.forEach((pool, index) => {
    const from = fieldsOf(fieldsOf(pool["hashing"])["key"])["from"];
    if (!NEEDS_REQUEST.includes(from)) return;
    const overTcp = listeners.some(
      (listener) => listener["protocol"] === "tcp" && listener["pool"] === pool["id"],
    );
    const byAddress = pool["policy"] === "source-ip-hash";
    if (!overTcp && !byAddress) return;
    context.addIssue({
      code: "custom",
      path: ["pools", index, "hashing", "key", "from"],
      message: byAddress
        ? "does not fit source-ip-hash | Use client-ip, or the policy ring-hash."
        : "does not fit a tcp listener, which reads no requests | Use client-ip, or an http listener.",
    });
  });
}

/** A Maglev table must have an entry for every backend that is listed. */
function reportTableSizes(pools: readonly Fields[], context: z.RefinementCtx): void {
  pools.forEach((pool, index) => {
    if (pool["policy"] !== "maglev") return;
    const size = fieldsOf(pool["hashing"])["tableSize"] ?? DEFAULTS.hashing.tableSize;
    const backends = listOf(pool["backends"]);
    const least = leastTableSize(backends.map(({ weight }) => weightFrom(weight)));
    if (typeof size !== "number" || size >= least) return;
    context.addIssue({
      code: "custom",
      path: ["pools", index, "hashing", "tableSize"],
      message: `is too small to give each of ${backends.length} backends an entry | Use a prime of at least ${least}.`,
    });
  });
}

function weightFrom(value: unknown): number {
  return Number.isInteger(value) && Number(value) >= 0 ? Number(value) : DEFAULTS.weight;
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

function endpointOf({ address, port }: Fields): unknown {
  return typeof port === "number" ? `${String(address)}:${port}` : undefined;
}

function reportRepeated(
  list: readonly Fields[],
  path: readonly (string | number)[],
  field: string,
  valueOf: (item: Fields) => unknown,
  context: z.RefinementCtx,
): void {
  const seen = new Map<string, number>();
  list.forEach((item, index) => {
    const value = valueOf(item);
    if (typeof value !== "string") return;
    const first = seen.get(value);
    if (first === undefined) {
      seen.set(value, index);
      return;
    }
    context.addIssue({
      code: "custom",
      path: [...path, index, field],
      message: `repeats ${[...path, first].join(".")} (${value}) | Make it unique.`,
    });
  });
}
