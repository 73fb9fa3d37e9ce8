import { createRequire } from "node:module";
import type { Duplex } from "node:stream";
import type Docker from "dockerode";
import type { ContainerCreateOptions, ContainerInspectInfo } from "dockerode";
import { LABELS, type LabelledContainer } from "../../../stacks/topology.ts";
import { call, NoAnswer } from "./engine-call.ts";

/** dockerode is loaded when an engine is wanted: it costs every command a quarter of a second of CPU. */
function newDocker(): Docker {
  const Dockerode = createRequire(import.meta.url)("dockerode") as typeof Docker;
  return new Dockerode();
}

/** A container of a topology, as the engine lists it. */
export interface ListedContainer extends LabelledContainer {
  readonly id: string;
  /** Ports of this machine that lead to it. */
  readonly hostPorts: readonly number[];
}

/** A network of the engine. */
export interface ListedNetwork {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** In CIDR notation. */
  readonly subnets: readonly string[];
}

/** A program that the engine has started in a container. */
export interface ExecSession {
  /** Its standard input; what comes back is multiplexed. Ending it closes the input alone. */
  readonly stream: Duplex;
  inspect(): Promise<{
    readonly running: boolean;
    /** On the engine's machine; 0 until it has started. */
    readonly pid: number;
    readonly exitCode: number | null;
  }>;
}

/**
 * The Docker engine behind a port of our own: dockerode has no deadlines, throws where there was
 * nothing to do, and its errors do not say what was asked. No other file of the environment imports it.
 */
export class Engine {
  readonly #docker: Docker;

  /** @param docker the engine to talk to; default: what DOCKER_HOST names, else this machine's */
  constructor(docker: Docker = newDocker()) {
    this.#docker = docker;
  }

  /** Every container, running or not, in the order of their names. */
  async containers(): Promise<readonly ListedContainer[]> {
    const found = await call("listing containers", (abortSignal) =>
      this.#docker.listContainers({ all: true, abortSignal }),
    );
    return found
      .map(({ Id, Names, Labels, Ports }) => ({
        id: Id,
        name: (Names[0] ?? Id).replace(/^\//, ""),
        labels: Labels,
        hostPorts: Ports.flatMap(({ PublicPort }) => PublicPort ?? []),
      }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The containers that carry a topology's label. */
  async containersOf(topologyId: string): Promise<readonly ListedContainer[]> {
    return (await this.containers()).filter(({ labels }) => labels[LABELS.topology] === topologyId);
  }

  /** Ids of the topologies that are deployed. */
  async topologies(): Promise<readonly string[]> {
    const ids = (await this.containers()).flatMap(({ labels }) => labels[LABELS.topology] ?? []);
    return [...new Set(ids)].toSorted();
  }

  /** Every network. */
  async networks(): Promise<readonly ListedNetwork[]> {
    const found = await call("listing networks", (abortSignal) =>
      this.#docker.listNetworks({ abortSignal }),
    );
    return found.map(({ Id, Name, Labels, IPAM }) => ({
      id: Id,
      name: Name,
      labels: Labels ?? {},
      subnets: (IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []),
    }));
  }

  /** Names of the volumes that carry a topology's label. */
  async volumesOf(topologyId: string): Promise<readonly string[]> {
    const filters = JSON.stringify({ label: [`${LABELS.topology}=${topologyId}`] });
    const { Volumes } = await call("listing volumes", (abortSignal) =>
      this.#docker.listVolumes({ filters, abortSignal }),
    );
    // The engine tells null for none.
    return ((Volumes as typeof Volumes | null) ?? []).map(({ Name }) => Name);
  }

  /** Removes a network; one that is gone is as good as removed. */
  async removeNetwork(id: string): Promise<void> {
    const remove = (abortSignal: AbortSignal): Promise<unknown> =>
      this.#docker.getNetwork(id).remove({ abortSignal });
    await call(`removing network ${short(id)}`, remove, [404]);
  }

  /** Removes a volume; one that is gone is as good as removed. */
  async removeVolume(name: string): Promise<void> {
    const remove = (abortSignal: AbortSignal): Promise<unknown> =>
      this.#docker.getVolume(name).remove({ abortSignal });
    await call(`removing volume ${name}`, remove, [404]);
  }

  inspect(id: string): Promise<ContainerInspectInfo> {
    return call(`looking at container ${short(id)}`, (abortSignal) =>
      this.#docker.getContainer(id).inspect({ abortSignal }),
    );
  }

  async start(id: string): Promise<void> {
    const start = (abortSignal: AbortSignal): Promise<unknown> =>
      this.#docker.getContainer(id).start({ abortSignal });
    await call(`starting container ${short(id)}`, start, [304]);
  }

  /** Sends a signal to a container's first process. */
  async signal(id: string, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    await call(`sending ${signal} to container ${short(id)}`, (abortSignal) =>
      this.#docker.getContainer(id).kill({ signal, abortSignal }),
    );
  }

  async pause(id: string): Promise<void> {
    await call(`pausing container ${short(id)}`, (abortSignal) =>
      this.#docker.getContainer(id).pause({ abortSignal }),
    );
  }

  async unpause(id: string): Promise<void> {
    await call(`unpausing container ${short(id)}`, (abortSignal) =>
      this.#docker.getContainer(id).unpause({ abortSignal }),
    );
  }

  /** Resolves when a container does not run (any more), with true, or at the deadline with false. */
  async ended(id: string, deadlineMs: number): Promise<boolean> {
    const wait = (abortSignal: AbortSignal): Promise<unknown> =>
      this.#docker.getContainer(id).wait({ condition: "not-running", abortSignal });
    try {
      await call(`waiting for the end of container ${short(id)}`, wait, [], deadlineMs);
      return true;
    } catch (error) {
      if (error instanceof NoAnswer) return false;
      throw error;
    }
  }

  /**
   * What a container wrote, multiplexed.
   *
   * @param since seconds since the epoch with a fraction, as text
   */
  logs(id: string, since: string, follow: false): Promise<Buffer>;
  logs(id: string, since: string, follow: true): Promise<NodeJS.ReadableStream>;
  async logs(id: string, since: string, follow: boolean): Promise<Buffer | NodeJS.ReadableStream> {
    const container = this.#docker.getContainer(id);
    const options = { stdout: true, stderr: true, since };
    const what = `reading what container ${short(id)} wrote`;
    return follow
      ? call(what, (abortSignal) => container.logs({ ...options, follow: true, abortSignal }))
      : call(what, (abortSignal) => container.logs({ ...options, follow: false, abortSignal }));
  }

  /** Starts a program in a running container. */
  async exec(
    id: string,
    argv: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<ExecSession> {
    const what = `starting ${argv.join(" ").slice(0, 60)} in container ${short(id)}`;
    const exec = await call(what, (abortSignal) =>
      this.#docker.getContainer(id).exec({
        abortSignal,
        Cmd: [...argv],
        Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
        AttachStdin: true,
        AttachStdout: true,
        AttachStderr: true,
      }),
    );
    const stream = await call(what, (abortSignal) =>
      exec.start({ hijack: true, stdin: true, abortSignal }),
    );
    return {
      stream,
      inspect: async () => {
        const seen = await call(`looking at a program in ${short(id)}`, (abortSignal) =>
          exec.inspect({ abortSignal }),
        );
        return { running: seen.Running, pid: seen.Pid, exitCode: seen.ExitCode };
      },
    };
  }

  /** Makes a container and starts it; what its first process reads and writes goes through the stream. */
  async run(options: ContainerCreateOptions): Promise<{
    readonly id: string;
    readonly stream: Duplex;
  }> {
    const what = `making a container of ${options.Image ?? "?"}`;
    const container = await call(what, (abortSignal) =>
      this.#docker.createContainer({ ...options, abortSignal }),
    );
    const streams = { stream: true, stdin: true, stdout: true, stderr: true, hijack: true };
    let stream: Duplex | undefined;
    try {
      stream = (await call(what, (abortSignal) =>
        container.attach({ ...streams, abortSignal }),
      )) as Duplex;
      // Until the caller listens: whatever it is, the stream closes with it.
      stream.on("error", () => undefined);
      await call(what, (abortSignal) => container.start({ abortSignal }));
      return { id: container.id, stream };
    } catch (error) {
      stream?.destroy();
      await this.remove(container.id).catch(() => undefined);
      throw error;
    }
  }

  /** Removes a container, running or not; one that is gone is as good as removed. */
  async remove(id: string): Promise<void> {
    // 409: it is being removed already.
    const remove = (abortSignal: AbortSignal): Promise<unknown> =>
      this.#docker.getContainer(id).remove({ force: true, v: true, abortSignal });
    await call(`removing container ${short(id)}`, remove, [404, 409]);
  }
}

function short(id: string): string {
  return /^[\da-f]{64}$/.test(id) ? id.slice(0, 12) : id;
}
