import type { RunningNode } from "../../environment/environment.ts";
import { NodeProgram } from "../../faults/node-program.ts";
import { readCpuTicks, stealShare } from "../../measurement/cpu-time.ts";
import { nextConnections, type LadderLimits, type SaturationStep } from "./ladder.ts";
import { busyShare, readBusyTicks } from "./machine-busy.ts";
import type { StepDone, StepRequest, StepSeen } from "./protocol.ts";

/** Beyond the time of a step: autocannon's own end, on a busy machine. */
const MARGIN_MS = 10_000;

/** What is saturated, and how. */
export interface SaturationPlan {
  readonly target: Pick<StepRequest, "address" | "port" | "path" | "headers">;
  readonly limits: LadderLimits;
  /** Of each step, before anything is counted. */
  readonly warmUpMs: number;
  /** Of each step, in which responses are counted. */
  readonly measureMs: number;
}

/**
 * A saturation run from a node: closed-loop steps of more and more connections until throughput stops
 * growing.
 *
 * @param onStep called after each
 * @throws FaultError when the program cannot be started or ends; what the signal was aborted with
 */
export async function saturate(
  from: RunningNode,
  plan: SaturationPlan,
  signal: AbortSignal,
  onStep: (step: SaturationStep) => void = () => undefined,
): Promise<readonly SaturationStep[]> {
  const { target, limits, warmUpMs, measureMs } = plan;
  const title = "The program that saturates a node";
  await using program = await NodeProgram.start<StepDone>(from, ["evenkeel-saturate"], title);
  const steps: SaturationStep[] = [];
  for (;;) {
    signal.throwIfAborted();
    const connections = nextConnections(steps, limits);
    if (connections === null) return steps;
    const before = readBusyTicks();
    const ticks = readCpuTicks();
    const done = await program.ask(
      { ...target, connections, warmUpMs, measureMs },
      {
        what: `a step of ${connections} connections`,
        answerMs: warmUpMs + measureMs + MARGIN_MS,
      },
    );
    const step: SaturationStep = {
      connections,
      ...seenOf(done),
      machineBusy: busyShare(before, readBusyTicks()),
      stolenShare: stealShare(ticks, readCpuTicks()),
    };
    steps.push(step);
    onStep(step);
  }
}

function seenOf({
  perSecond,
  answered,
  otherStatus,
  timeouts,
  reopened,
  cpuShare,
}: StepDone): StepSeen {
  return { perSecond, answered, otherStatus, timeouts, reopened, cpuShare };
}
