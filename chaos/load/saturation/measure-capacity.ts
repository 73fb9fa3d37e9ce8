import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Topology } from "../../../stacks/topology.ts";
import type { Environment } from "../../environment/environment.ts";
import { takeFingerprint } from "../../measurement/fingerprint.ts";
import { takeTimedLock } from "../../measurement/timed-lock.ts";
import type { Fingerprint } from "../../report/record.ts";
import { capacityTarget, type CapacityTarget } from "./capacity-target.ts";
import { findingOf, LADDER, plateauOf, type Finding, type SaturationStep } from "./ladder.ts";
import { saturate } from "./saturate.ts";

/** Changes whenever a field of the record changes its meaning. */
export const CAPACITY_SCHEMA = "evenkeel.capacity/1";

/** Of a step, before it counts: connections are opened, code gets warm. */
const WARM_UP_MS = 500;

/** Of which node the capacity is measured, and how. */
export interface CapacityPlan {
  readonly topology: Topology;
  /** @default the first */
  readonly balancer?: string;
  /** @default "/" */
  readonly path?: string;
  /** Fields of each request. @default {} */
  readonly headers?: Readonly<Record<string, string>>;
  /** No step has more connections. @default 512 */
  readonly maxConnections?: number;
  /** For how long the responses of a step are counted. @default 2000 */
  readonly measureMs?: number;
}

/** What the command prints as JSON: the measured capacity of a node, and all that it follows from. */
export interface CapacityRecord {
  readonly schema: typeof CAPACITY_SCHEMA;
  /** Wall time, a label. */
  readonly at: string;
  readonly topology: string;
  readonly target: CapacityTarget & {
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
  };
  readonly measureMs: number;
  readonly finding: Finding;
  readonly steps: readonly (SaturationStep & { readonly onPlateau: boolean })[];
  readonly fingerprint: Omit<Fingerprint, "stealShare">;
}

/** What is told while it runs. */
export type CapacityProgress =
  | { readonly kind: "waiting" }
  | { readonly kind: "saturating"; readonly target: CapacityTarget }
  | { readonly kind: "step"; readonly step: SaturationStep };

/**
 * Deploys a topology and saturates one of its balancers from its client.
 *
 * @param environmentIn makes what it is deployed in, given a folder for its logs, which is removed
 * @throws UnknownName, WrongUse before anything is started; LabError, FaultError; what the signal was
 *   aborted with
 */
export async function measureCapacity(
  plan: CapacityPlan,
  environmentIn: (logDirectory: string) => Environment,
  signal: AbortSignal,
  onProgress: (progress: CapacityProgress) => void = () => undefined,
): Promise<CapacityRecord> {
  const { topology, path = "/", headers = {}, measureMs = 2_000 } = plan;
  const limits = { ...LADDER, maxConnections: plan.maxConnections ?? LADDER.maxConnections };
  const place = capacityTarget(topology, plan.balancer);
  const target = { ...place, path, headers };
  const at = new Date().toISOString();
  const logs = await mkdtemp(join(tmpdir(), "evenkeel-capacity-"));
  try {
    const environment = environmentIn(logs);
    const fingerprint = await takeFingerprint(environment.kind, topology);
    await using _turn = await takeTimedLock(signal, () => onProgress({ kind: "waiting" }));
    await using deployment = await environment.deploy(topology, signal);
    onProgress({ kind: "saturating", target: place });
    const run = { target, limits, warmUpMs: WARM_UP_MS, measureMs };
    const steps = await saturate(
      deployment.node(place.client),
      run,
      AbortSignal.any([signal, deployment.lost]),
      (step) => onProgress({ kind: "step", step }),
    );
    const plateau = plateauOf(steps, limits);
    return {
      schema: CAPACITY_SCHEMA,
      at,
      topology: topology.id,
      target,
      measureMs,
      finding: findingOf(steps, limits),
      steps: steps.map((step) => ({ ...step, onPlateau: plateau.includes(step) })),
      fingerprint,
    };
  } finally {
    await rm(logs, { recursive: true, force: true });
  }
}
