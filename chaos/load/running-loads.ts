import type { Deployment } from "../environment/environment.ts";
import type { ProbeRecord, ProberQuality } from "../measurement/probe.ts";
import type { NamedLoad, Scenario } from "../scenario.ts";
import { deriveSeed } from "../statistics/random.ts";
import { probePlan } from "./probe-plan.ts";
import { ProberStream } from "./prober-stream.ts";

/**
 * Probes end by themselves this long after the trial should. A fault may take longer than its schedule says,
 * as a node that drains; whoever sends ends with the runner in any case.
 */
const LOAD_MARGIN_MS = 600_000;

/** For which trial loads are started. */
export interface LoadSetting {
  readonly scenario: Pick<Scenario, "load" | "alongside" | "steadyState" | "faults" | "observeMs">;
  readonly runId: string;
  readonly index: number;
  readonly seed: number;
}

/** A load beside the main one, and its prober. */
interface RunningLoad {
  readonly load: NamedLoad;
  readonly stream: ProberStream;
}

/** What the probers say of themselves at the end. */
export interface LoadQualities {
  readonly main: ProberQuality;
  /** By the ids of the loads beside it. */
  readonly alongside: ReadonlyMap<string, ProberQuality>;
}

/** All loads of a trial, one prober each in its own client node. */
export class RunningLoads implements AsyncDisposable {
  readonly main: ProberStream;
  readonly alongside: readonly RunningLoad[];

  private constructor(main: ProberStream, alongside: readonly RunningLoad[]) {
    this.main = main;
    this.alongside = alongside;
  }

  /**
   * Starts the loads beside the main one in the scenario's order, then the main one. Resolves when the
   * schedules of all have begun.
   *
   * @throws FaultError when a prober does not start; none is left running then
   */
  static async start(deployment: Deployment, setting: LoadSetting): Promise<RunningLoads> {
    const { scenario, runId: run, index: trial } = setting;
    const maxDurationMs = longest(scenario);
    const planOf = (load: Scenario["load"], nth: number) =>
      probePlan(load, { run, trial, seed: deriveSeed(setting.seed, "load", nth), maxDurationMs });
    await using started = new AsyncDisposableStack();
    const alongside: RunningLoad[] = [];
    for (const [position, load] of (scenario.alongside ?? []).entries()) {
      const plan = planOf(load, position + 1);
      const stream = await ProberStream.start(deployment.node(load.client), plan, load.id);
      alongside.push({ load, stream: started.use(stream) });
    }
    const { load } = scenario;
    const main = await ProberStream.start(deployment.node(load.client), planOf(load, 0));
    started.move();
    return new RunningLoads(main, alongside);
  }

  /** The probers, that of the main load first. */
  get streams(): readonly ProberStream[] {
    return [this.main, ...this.alongside.map(({ stream }) => stream)];
  }

  /** Probes of the loads beside the main one, so far, by their ids. */
  get recordsAlongside(): Readonly<Record<string, readonly ProbeRecord[]>> {
    return Object.fromEntries(this.alongside.map(({ load, stream }) => [load.id, stream.records]));
  }

  /** What the probers will say of themselves begins here. */
  accountAnew(): void {
    for (const stream of this.streams) stream.accountAnew();
  }

  /** All send no more, wait for what is open, and give their accounts. */
  async stop(): Promise<LoadQualities> {
    const [main, ...alongside] = await Promise.all([
      this.main.stop(),
      ...this.alongside.map(async ({ load, stream }) => [load.id, await stream.stop()] as const),
    ]);
    return { main, alongside: new Map(alongside) };
  }

  /** Ends all programs, whatever they do. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.streams.map((stream) => stream[Symbol.asyncDispose]()));
  }
}

function longest({ steadyState, faults, observeMs }: LoadSetting["scenario"]): number {
  const faultsMs = faults.reduce((sum, step) => sum + step.afterMs + (step.forMs ?? 0), 0);
  return steadyState.deadlineMs + faultsMs + observeMs + LOAD_MARGIN_MS;
}
