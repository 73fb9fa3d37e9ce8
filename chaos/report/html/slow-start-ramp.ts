import { configSchema } from "../../../balancer/index.ts";
import type { Topology } from "../../../stacks/topology.ts";
import { field } from "./lane.ts";
import type { SeenEvent } from "./trial-streams.ts";

/** Points of a ramp; between them it is drawn straight. */
const STEPS = 48;

/** How the balancers of a topology bring a backend of one pool back. */
export interface SlowStartSetting {
  readonly windowMs: number;
  readonly aggression: number;
  readonly minimumWeight: number;
}

/** The slow starts that the topology's balancers are configured with, by pool. */
export function configuredSlowStarts(topology: Topology): ReadonlyMap<string, SlowStartSetting> {
  const settings = new Map<string, SlowStartSetting>();
  for (const file of topology.nodes.flatMap(({ files }) => files)) {
    for (const pool of file.kind === "file" ? poolsIn(file.content) : []) {
      if (pool.slowStart === undefined) continue;
      const { window, ...rest } = pool.slowStart;
      settings.set(pool.id, { windowMs: window, ...rest });
    }
  }
  return settings;
}

/** The pools of a balancer's configuration; none when the file is another one. */
function poolsIn(content: string) {
  if (!content.includes('"slowStart"')) return [];
  try {
    return configSchema.safeParse(JSON.parse(content)).data?.pools ?? [];
  } catch {
    // A file that is no JSON is no configuration of the balancer.
    return [];
  }
}

/**
 * The share that the configuration gives a backend from when its slow start begins until it is over,
 * when the others have the shares that they had before the fault.
 *
 * @param usual its share before the fault, 0 to 1
 * @see Envoy, slow start: weight × max(minimum, (age / window)^(1 / aggression))
 */
export function rampOf(
  { windowMs, aggression, minimumWeight }: SlowStartSetting,
  beginMs: number,
  usual: number,
): { readonly atMs: number; readonly share: number }[] {
  return Array.from({ length: STEPS + 1 }, (_, step) => {
    const age = step / STEPS;
    const weight = Math.max(minimumWeight, age ** (1 / aggression));
    const share = (usual * weight) / (1 - usual + usual * weight);
    return { atMs: beginMs + age * windowMs, share };
  });
}

/** When the slow starts of a backend began after the fault, and in which pool; told by several balancers at once, the first. */
export function slowStartsOf(
  events: readonly SeenEvent[],
  backend: string,
): { readonly pool: string; readonly beginMs: number }[] {
  const begun = events.filter(
    ({ atMs, event }) =>
      event.type === "slow-start.begin" && atMs >= 0 && field(event, "backend") === backend,
  );
  const [first] = begun;
  return begun
    .filter(({ event }) => event.node === first?.event.node)
    .map(({ atMs, event }) => ({ pool: field(event, "pool") ?? "", beginMs: atMs }));
}
