import type { Topology } from "../../stacks/topology.ts";
import { TrialAborted } from "../abort/trial-aborted.ts";
import { downNowOf } from "../faults/down-now.ts";
import type { PreparedFault } from "../faults/fault.ts";
import type { BlastRadius, FaultStep } from "../scenario.ts";
import { nodesText } from "./radius-record.ts";
import { wholesOf } from "./wholes.ts";

interface GuardedStep {
  readonly step: FaultStep;
  readonly fault: PreparedFault;
}

/** Keeps account of what is down in a trial, and refuses what would be more than its blast radius allows. */
export class DownGuard {
  readonly #limits: BlastRadius;
  readonly #topology: Topology;
  readonly #steps: readonly GuardedStep[];
  readonly #lasting = new Set<string>();
  #next = 0;

  /** @param steps in the order in which they are going to be injected */
  constructor(limits: BlastRadius, topology: Topology, steps: readonly GuardedStep[]) {
    this.#limits = limits;
    this.#topology = topology;
    this.#steps = steps;
  }

  /**
   * Right before the injection of the next step.
   *
   * @throws TrialAborted when more would be down than may be
   */
  admit(): void {
    const index = this.#next;
    this.#next += 1;
    const current = this.#steps[index];
    if (current === undefined) return;
    const takes = downNowOf(current.step.fault, current.fault, this.#topology);
    if (takes.length === 0) return;
    const down = new Set([...this.#lasting, ...this.#yetToReturn(index), ...takes]);
    const refusal = this.#refusalOf(down);
    if (refusal !== null) {
      throw new TrialAborted("blast radius", `${current.step.fault.title} would take ${refusal}`);
    }
    if (current.step.forMs === undefined) for (const id of takes) this.#lasting.add(id);
  }

  #refusalOf(down: ReadonlySet<string>): string | null {
    const { nodesDown = Infinity, allowTotalLoss = false } = this.#limits;
    const ids = [...down].toSorted().join(", ");
    if (down.size > nodesDown) {
      return `${nodesText(down.size)} down at once (${ids}), and blastRadius.nodesDown is ${nodesDown}. Heal those before it, or raise it.`;
    }
    const whole = allowTotalLoss
      ? undefined
      : wholesOf(this.#topology).find((one) => one.ids.every((id) => down.has(id)));
    return whole === undefined
      ? null
      : `${whole.title} down at once (${whole.ids.join(", ")}). Leave one of them up, or set blastRadius: { allowTotalLoss: true } and say why.`;
  }

  /** Nodes that later steps bring back, and that are down until then. */
  #yetToReturn(index: number): string[] {
    return this.#steps.flatMap(({ step, fault }, at) =>
      at > index &&
      (step.fault.takesDown?.(this.#topology) ?? []).some(({ when }) => when === "before")
        ? [fault.aim()]
        : [],
    );
  }
}
