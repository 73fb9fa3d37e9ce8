import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Topology } from "../../../stacks/topology.ts";
import { ensureBundles } from "../../setup/bundles.ts";
import { programPath } from "../../setup/paths.ts";
import type { Deployment, Environment } from "../environment.ts";
import { LabError } from "../errors.ts";
import { WrongUse } from "../../errors.ts";
import { NamespaceDeployment } from "./namespace-deployment.ts";

/** Where labs keep what their programs print. */
export interface NamespaceOptions {
  /** Folder for the logs of this deployment; made when it is not there. */
  readonly logDirectory: string;
}

/** Runs topologies as rootless network namespaces: no daemon, no root, no images. */
export class NamespaceEnvironment implements Environment {
  readonly kind = "namespace";
  readonly #options: NamespaceOptions;

  constructor(options: NamespaceOptions) {
    this.#options = options;
  }

  /**
   * Starts a lab and resolves when every readiness check holds: every process answers, the client
   * gets an answer on the floating address, and the peers of its owner are in backup.
   *
   * @throws LabError with the last output of what did not get ready; nothing is left running.
   *   WrongUse when the topology has nodes that are containers only
   */
  async deploy(topology: Topology, signal?: AbortSignal): Promise<NamespaceDeployment> {
    signal?.throwIfAborted();
    refuseContainers(topology);
    const logDirectories = Object.fromEntries(
      topology.nodes.map((node) => [node.id, join(this.#options.logDirectory, node.id)]),
    );
    for (const directory of Object.values(logDirectories))
      mkdirSync(directory, { recursive: true });
    const prefix = Number(topology.subnet.split("/")[1]);
    const plan = {
      subnetPrefixLength: prefix,
      nodes: topology.nodes,
      logDirectories,
      path: programPath(),
    };
    // Sources start as well, only slower, and tell better what is wrong with them.
    const bundles = await ensureBundles().catch(() => null);
    const deployment = NamespaceDeployment.start(topology, plan, bundles);
    try {
      await deployment.ready(signal);
      return deployment;
    } catch (error) {
      await deployment[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** A lab belongs to the process that started it, so there is none to join. */
  attach(topologyId: string): Promise<Deployment> {
    return Promise.reject(
      new LabError(
        `There is no lab of ${topologyId} to join: a lab lives and dies with the command that started it`,
        [],
        'Use "evenkeel run", which starts one.',
      ),
    );
  }
}

/** A lab has no images, and cannot run what comes in one. */
function refuseContainers({ id, nodes }: Topology): void {
  const images = nodes.filter(({ startedBy }) => startedBy === "image").map((node) => node.id);
  if (images.length === 0) return;
  throw new WrongUse(
    `Topology ${id} cannot run in namespaces: ${images.join(", ")} run the program of an image`,
    `Deploy it ("npm run deploy -- ${id}") and run with --environment docker --topology ${id}.`,
  );
}
