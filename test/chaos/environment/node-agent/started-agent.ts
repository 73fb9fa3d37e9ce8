import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { EventLine } from "../../../../balancer/index.ts";
import { LineSplitter } from "../../../../chaos/environment/lines.ts";
import type { LogLine } from "../../../../chaos/environment/node-agent/log-line.ts";
import { readNodeOutput } from "../../../../chaos/environment/node-output.ts";
import { nodeSchema, type TopologyInput } from "../../../../stacks/topology.ts";

export const MAIN = fileURLToPath(
  new URL("../../../../chaos/environment/node-agent/main.ts", import.meta.url),
);
/** Reached only when what is awaited never happens. */
const PATIENCE_MS = 8_000;

type NodeInput = Partial<TopologyInput["nodes"][number]>;
export type ProcessInput = NonNullable<NodeInput["processes"]>[number];

/** A process that is ready as soon as it runs. */
export function running(
  name: string,
  argv: readonly string[],
  more: Partial<ProcessInput> = {},
): ProcessInput {
  return {
    name,
    argv: [...argv],
    readiness: { kind: "started", deadlineMs: 5_000 },
    ...more,
  };
}

/** A process that says `ready` and ends with code 0 at SIGTERM. */
export function obedient(name: string): ProcessInput {
  const script = "trap 'exit 0' TERM; echo ready; while :; do sleep 0.02; done";
  return {
    ...running(name, ["sh", "-c", script]),
    readiness: { kind: "output", pattern: "^ready$", deadlineMs: 5_000 },
  };
}

/** The node agent as a child process on this machine's loopback interface. Disposing ends it. */
export class StartedAgent implements AsyncDisposable {
  readonly events: EventLine[] = [];
  readonly logs: LogLine[] = [];
  readonly errors: string[] = [];
  readonly exited: Promise<number | null>;
  readonly #child;
  readonly #looks = new Set<() => void>();

  constructor(node: NodeInput, argv: readonly string[] = [process.execPath, MAIN]) {
    const entry = nodeSchema.parse({
      id: "app-1",
      role: "backend",
      group: "app",
      address: "127.0.0.1",
      prefixLength: 8,
      ...node,
    });
    const [program = "", ...rest] = argv;
    this.#child = spawn(program, rest, {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        EVENKEEL_NODE: Buffer.from(JSON.stringify(entry)).toString("base64"),
      },
    });
    this.exited = once(this.#child, "close").then(([code]) => {
      this.#endOrphans();
      return code as number | null;
    });
    const lines = new LineSplitter((line) => {
      const output = readNodeOutput(line);
      if (output.kind === "event") this.events.push(output.event);
      if (output.kind === "log") this.logs.push(output.log);
      for (const look of this.#looks) look();
    });
    const errors = new LineSplitter((line) => this.errors.push(line));
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => lines.push(text));
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => errors.push(text));
  }

  /** Starts an agent and resolves when its node is ready. */
  static async ready(node: NodeInput, argv?: readonly string[]): Promise<StartedAgent> {
    const agent = new StartedAgent(node, argv);
    await agent.event("node.ready");
    return agent;
  }

  /** Resolves with the first event of that type, past or to come, that concerns that process. */
  event(type: EventLine["type"], process_?: string): Promise<EventLine> {
    return this.#until(`${type} ${process_ ?? ""}`, () =>
      this.events.find(
        (event) =>
          event.type === type && (process_ === undefined || event.data["name"] === process_),
      ),
    );
  }

  /** Resolves with the first line that was printed and matches. */
  log(matches: RegExp): Promise<LogLine> {
    return this.#until(String(matches), () => this.logs.find(({ line }) => matches.test(line)));
  }

  /** Resolves once that holds of what was seen. */
  async when(what: string, holds: () => boolean): Promise<void> {
    await this.#until(what, () => (holds() ? true : undefined));
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.exited;
  }

  /** In a node they would end with its namespace; here nobody else ends them. */
  #endOrphans(): void {
    const alive = new Map<unknown, unknown>();
    for (const { type, data } of this.events) {
      if (type === "process.started") alive.set(data["name"], data["pid"]);
      if (type === "process.exited") alive.delete(data["name"]);
    }
    for (const pid of alive.values()) {
      try {
        process.kill(Number(pid), "SIGKILL");
      } catch {
        // It ended when its agent did.
      }
    }
  }

  #until<T>(what: string, find: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const finish = (act: () => void): void => {
        clearTimeout(deadline);
        this.#looks.delete(look);
        act();
      };
      const look = (): void => {
        const found = find();
        if (found !== undefined) finish(() => resolve(found));
      };
      const fail = (why: string): void =>
        finish(() => reject(new Error(`${why}: ${what}. ${this.errors.join(" ")}`)));
      const deadline = setTimeout(() => fail("did not come"), PATIENCE_MS);
      this.#looks.add(look);
      void this.exited.then(() => fail("the agent ended before"));
      look();
    });
  }
}
