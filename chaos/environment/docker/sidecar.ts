import { LABELS } from "../../../stacks/topology.ts";
import type { Engine, ExecSession } from "./engine.ts";
import { HAND_LABEL } from "./hand-client.ts";

/** What runs beside a node. */
export interface SidecarOptions {
  /** Id of the node's container. */
  readonly beside: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Runs a program with rights over a node's network that the node itself has not: in a container of its
 * own that shares the node's network and processes, and so ends with it. The engine cannot give such
 * rights to a program inside a container that was made without them, unless it gives all there are.
 *
 * @throws LabError when it does not start
 */
export async function startSidecar(
  engine: Engine,
  { beside, argv, env }: SidecarOptions,
): Promise<ExecSession> {
  const { Image, Config } = await engine.inspect(beside);
  const shared = `container:${beside}`;
  const { id, stream } = await engine.run({
    Image,
    Entrypoint: [],
    Cmd: [...argv],
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    User: "0",
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Labels: { [HAND_LABEL]: Config.Labels[LABELS.topology] ?? "" },
    HostConfig: {
      AutoRemove: true,
      NetworkMode: shared,
      PidMode: shared,
      CapDrop: ["ALL"],
      CapAdd: ["NET_ADMIN"],
      SecurityOpt: ["no-new-privileges"],
      ReadonlyRootfs: true,
      // What commands remember from one to the next.
      Tmpfs: { "/run": "size=1m" },
      LogConfig: { Type: "none", Config: {} },
    },
  });
  return {
    stream,
    inspect: async () => {
      const { State } = await engine.inspect(id);
      return { running: State.Running, pid: State.Pid, exitCode: State.ExitCode };
    },
  };
}
