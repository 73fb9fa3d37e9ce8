import type { Deployment } from "../environment/environment.ts";
import { UnknownName } from "../environment/errors.ts";
import type { InjectedFault, PreparedFault, UndoJournal } from "../faults/fault.ts";
import { ownerOfAddress } from "../faults/target.ts";
import { reasonOf, withNextStep } from "../errors.ts";
import type { TopologyNode } from "../../stacks/topology.ts";
import { CallClient } from "../faults/call/call-client.ts";
import { tryBalancerOf } from "../faults/operation/balancer-of.ts";
import { faultOf, isOver } from "./fault-words.ts";
import type { ActiveFault, KeeperAnswer, KeeperRequest, LabStatus, PoolShown } from "./protocol.ts";
import type { WantedFault } from "./words/fault-word.ts";

/** A balancer that is frozen is not waited for. */
const POOLS_WITHIN_MS = 1_000;

/** What a keeper works with. */
export interface KeeperParts {
  readonly deployment: Deployment;
  readonly journal: UndoJournal;
  /** Process id, on this machine, of a node's first process; undefined when the node does not run. */
  readonly pidOf: (node: string) => number | undefined;
}

interface Held {
  readonly shown: ActiveFault;
  readonly prepared: PreparedFault;
  readonly injected: InjectedFault;
}

/** Keeps one lab: answers what is asked of it, and holds the faults that were injected by hand. */
export class LabKeeper implements AsyncDisposable {
  readonly #parts: KeeperParts;
  readonly #sinceNs = process.hrtime.bigint().toString();
  readonly #held = new Map<number, Held>();
  #nextId = 1;
  /** What is done changes the lab, so it is done one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** Answers a request; never rejects. */
  answer(request: KeeperRequest): Promise<KeeperAnswer> {
    const turn = this.#turn.then(async (): Promise<KeeperAnswer> => {
      try {
        return await this.#answer(request);
      } catch (error) {
        return { kind: "failed", message: error instanceof Error ? error.message : String(error) };
      }
    });
    this.#turn = turn;
    return turn;
  }

  /** Heals everything. @throws what the first of them failed with */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#heal([...this.#held.keys()]);
  }

  async #answer(request: KeeperRequest): Promise<KeeperAnswer> {
    switch (request.kind) {
      case "status":
        return { kind: "status", status: await this.#status() };
      case "enter":
        return { kind: "enter", pid: this.#pidOf(request.node) };
      case "inject":
        return await this.#inject(request.fault);
      case "heal": {
        const ids = request.faults === "all" ? [...this.#held.keys()] : request.faults;
        return { kind: "healed", faults: await this.#heal(ids) };
      }
      case "down":
        return { kind: "down" };
    }
  }

  async #status(): Promise<LabStatus> {
    const { deployment } = this.#parts;
    const { topology } = deployment;
    const looks = topology.nodes.map(async ({ id }) => {
      return [id, await deployment.node(id).inspect()] as const;
    });
    const pools = topology.nodes.map((node) => poolsOn(deployment, node));
    return {
      topology,
      sinceNs: this.#sinceNs,
      nodes: Object.fromEntries(await Promise.all(looks)),
      pools: Object.fromEntries((await Promise.all(pools)).flat()),
      owner: topology.virtualAddress === undefined ? null : ownerOfAddress(deployment),
      faults: [...this.#held.values()].map(({ shown }) => shown),
      keeper: process.pid,
    };
  }

  #pidOf(node: string): number {
    this.#parts.deployment.node(node);
    const pid = this.#parts.pidOf(node);
    if (pid !== undefined) return pid;
    throw new Error(withNextStep(`Node ${node} does not run`, 'Look with "evenkeel status".'));
  }

  async #inject(wanted: WantedFault): Promise<KeeperAnswer> {
    const { deployment, journal } = this.#parts;
    const { topology } = deployment;
    const fault = faultOf(wanted, topology);
    const dead = await this.#deadNodes();
    const prepared = await fault.prepare(deployment);
    let injected: InjectedFault;
    try {
      // Undoing what was never done would start it.
      const aimed = [prepared.aim(), ...(fault.kind === "together" ? fault.targets(topology) : [])];
      const first = aimed.find((id) => dead.has(id));
      if (first !== undefined) {
        throw new Error(
          withNextStep(
            `Node ${first} does not run, so that nothing can be done to it`,
            'Start it with "evenkeel heal".',
          ),
        );
      }
      injected = await prepared.inject({ journal });
    } catch (error) {
      await prepared[Symbol.asyncDispose]();
      throw error;
    }
    // A look that fails has not seen it; it must be healed all the same.
    const { active, evidence } = await injected.verify().catch((error: unknown) => ({
      active: false,
      evidence: reasonOf(error),
    }));
    const { target, moment } = injected;
    const monotonicNs = moment.monotonicNs.toString();
    const shown = { id: this.#nextId, title: fault.title, target, monotonicNs, evidence };
    const over = isOver(wanted);
    if (over) {
      await injected.heal();
      await prepared[Symbol.asyncDispose]();
    } else {
      this.#nextId += 1;
      this.#held.set(shown.id, { shown, prepared, injected });
    }
    return { kind: "injected", fault: shown, active, over };
  }

  async #heal(ids: readonly number[]): Promise<readonly ActiveFault[]> {
    const known = [...this.#held.keys()].map(String);
    const unknown = ids.find((id) => !this.#held.has(id));
    if (unknown !== undefined) throw new UnknownName("active fault", String(unknown), known);
    const healed: ActiveFault[] = [];
    const failures: unknown[] = [];
    // The last one first: it may stand on those before it.
    for (const id of ids.toSorted((one, other) => other - one)) {
      const held = this.#held.get(id);
      if (held === undefined) continue;
      try {
        await held.injected.heal();
        this.#held.delete(id);
        await held.prepared[Symbol.asyncDispose]();
        healed.push(held.shown);
      } catch (error) {
        // The others can be healed all the same, and this one again.
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
    return healed;
  }

  async #deadNodes(): Promise<ReadonlySet<string>> {
    const { deployment } = this.#parts;
    const looks = deployment.topology.nodes.map(async ({ id }) => {
      // One that cannot be looked at may live.
      const seen = await deployment
        .node(id)
        .inspect()
        .catch(() => null);
      return seen !== null && seen.running + seen.stopped === 0 ? [id] : [];
    });
    return new Set((await Promise.all(looks)).flat());
  }
}

/** The pools of the balancer on a node; empty without one, and when it does not answer. */
async function poolsOn(
  deployment: Deployment,
  node: TopologyNode,
): Promise<readonly (readonly [string, readonly PoolShown[]])[]> {
  const balancer = tryBalancerOf(node);
  if (balancer === undefined) return [];
  try {
    await using client = await CallClient.start(deployment.node(node.id));
    const to = { socket: balancer.socket };
    const called = await client.call({ to, path: "/pools", withinMs: POOLS_WITHIN_MS });
    if (called.status !== 200) return [];
    return [[node.id, (JSON.parse(called.body) as { readonly pools: readonly PoolShown[] }).pools]];
  } catch {
    // A node that is dead or cut off says nothing.
    return [];
  }
}
