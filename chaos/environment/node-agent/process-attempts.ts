import type { Liveness, Readiness } from "../../../stacks/topology.ts";
import { httpAttempt, tcpAttempt, type Attempt } from "./readiness.ts";

/** Remembers whether a line that means "ready" was printed. */
export class OutputMatch {
  readonly #pattern: RegExp | null;
  seen = false;

  constructor(readiness: Readiness) {
    this.#pattern = readiness.kind === "output" ? new RegExp(readiness.pattern) : null;
  }

  see(line: string): void {
    if (!this.seen && this.#pattern?.test(line) === true) this.seen = true;
  }
}

/** How it is tried whether a process of this node is ready. */
export function readinessAttempt(readiness: Readiness, output: OutputMatch): Attempt {
  switch (readiness.kind) {
    case "started":
      return () => Promise.resolve(null);
    case "output":
      return () => Promise.resolve(output.seen ? null : `no line matched ${readiness.pattern}`);
    default:
      return attemptOf(readiness);
  }
}

/** How it is tried whether a process of this node is alive. */
export function livenessAttempt(liveness: Liveness): Attempt {
  return attemptOf(liveness, liveness.timeoutMs);
}

type Asked = Exclude<Readiness, { kind: "started" | "output" }> | Liveness;

function attemptOf(asked: Asked, timeoutMs?: number): Attempt {
  switch (asked.kind) {
    case "tcp":
      return tcpAttempt("127.0.0.1", asked.port, timeoutMs);
    case "http": {
      const target = { host: "127.0.0.1", port: asked.port };
      return httpAttempt(target, asked.path, asked.status, timeoutMs);
    }
    case "http-socket":
      return httpAttempt({ path: asked.socket }, asked.path, asked.status, timeoutMs);
  }
}
