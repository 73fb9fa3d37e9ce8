import type { ConfigInput } from "../../balancer/index.ts";

/**
 * What may be said of the balancer's configuration beside what constructs have props for: any part
 * of it, to any depth. Lists stand for the whole list.
 */
export type Partially<T> = T extends readonly unknown[] | string | number | boolean | undefined
  ? T
  : { readonly [Key in keyof T]?: Partially<T[Key]> };

type PoolInput = ConfigInput["pools"][number];

/** The parts of the configuration that belong to a whole balancer, but those that constructs give. */
export type BalancerConfiguration = Partially<
  Omit<ConfigInput, "listeners" | "pools" | "admin" | "failover">
>;
/** The parts that belong to one listener. Its pool is that of its targets. */
export type ListenerConfiguration = Partially<
  Omit<ConfigInput["listeners"][number], "id" | "pool">
>;
/** The parts that belong to one pool. */
export type PoolConfiguration = Partially<Omit<PoolInput, "id" | "backends">>;
/** The parts that belong to each backend of a pool. */
export type BackendConfiguration = Partially<Omit<PoolInput["backends"][number], "id">>;

/** Configuration as constructs write it, with what is said beside them, which wins. */
export function mergedConfiguration<T extends object>(
  written: T,
  beside: Partially<Omit<T, never>> | undefined,
): T {
  return merged(written, beside ?? {}) as T;
}

function merged(written: unknown, beside: unknown): unknown {
  if (beside === undefined) return written;
  if (!isPlain(written) || !isPlain(beside)) return beside;
  const result: Record<string, unknown> = { ...written };
  for (const [key, value] of Object.entries(beside)) result[key] = merged(written[key], value);
  return result;
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
