import type { Topology } from "../../../stacks/topology.ts";
import type { Deployment, Environment } from "../environment.ts";
import { DockerDeployment } from "./docker-deployment.ts";
import { Engine } from "./engine.ts";
import { holdLease, type LeaseOptions } from "./lease.ts";
import { requireSame } from "./require-deployed.ts";

/** How deployed topologies are joined. */
export interface DockerOptions {
  /** Id of the topology that `deploy` joins. @default the one of the topology it is given */
  readonly topologyId?: string;
  /** Folder for what the nodes write meanwhile. @default none is kept */
  readonly logDirectory?: string;
  /** Where the lease is held that keeps deployment out and lets a watchdog heal. @default none is held */
  readonly lease?: LeaseOptions;
  /** @default what DOCKER_HOST names, else this machine's engine */
  readonly engine?: Engine;
}

/**
 * Topologies that `cdktf deploy` has made containers of. They are found by their labels, joined, and
 * brought back to how they were; nothing is made or destroyed.
 */
export class DockerEnvironment implements Environment {
  readonly kind = "docker";
  readonly #options: DockerOptions;
  readonly #engine: Engine;

  constructor(options: DockerOptions = {}) {
    this.#options = options;
    this.#engine = options.engine ?? new Engine();
  }

  /**
   * Joins the deployed topology, which has to be what is wanted.
   *
   * @throws WrongUse that names every difference; LabError, EngineError when it cannot be joined
   */
  async deploy(topology: Topology, signal?: AbortSignal): Promise<Deployment> {
    const deployment = await this.#join(this.#options.topologyId ?? topology.id, signal);
    try {
      requireSame(deployment.topology, topology);
      return deployment;
    } catch (error) {
      await deployment[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Joins a deployed topology; resolves when every node is ready. @throws LabError, EngineError */
  attach(topologyId: string, signal?: AbortSignal): Promise<Deployment> {
    return this.#join(topologyId, signal);
  }

  async #join(topologyId: string, signal?: AbortSignal): Promise<Deployment> {
    const { logDirectory = null, lease: leaseOptions } = this.#options;
    const lease = leaseOptions === undefined ? null : await holdLease(topologyId, leaseOptions);
    try {
      const joining = { logDirectory, ...(signal === undefined ? {} : { signal }) };
      const deployment = await DockerDeployment.join(this.#engine, topologyId, joining);
      deployment.whenHealed(() => lease?.release() ?? Promise.resolve());
      try {
        await deployment.ready(signal);
        return deployment;
      } catch (error) {
        await deployment.letGo();
        throw error;
      }
    } catch (error) {
      // Nothing was done to it yet.
      await lease?.release();
      throw error;
    }
  }
}
