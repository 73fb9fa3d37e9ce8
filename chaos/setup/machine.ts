import { spawn } from "node:child_process";
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { programPath } from "./paths.ts";
import { processGroup } from "./process-group.ts";

/** What setup asks of the machine it runs on. */
export interface Machine {
  /** `linux`, `darwin`, … as Node names them. */
  readonly platform: string;
  /** Of the Node that runs this, without the `v`. */
  readonly nodeVersion: string;
  /** Effective user id; 0 is root. */
  readonly uid: number;
  /** Absolute path of a program, or null. */
  find(program: string): string | null;
  /** Text of a small file such as one of /proc; null when it cannot be read. */
  read(file: string): string | null;
  /** Runs a program to its end. Resolves whatever its exit code. */
  run(argv: readonly string[], options?: RunOptions): Promise<RunResult>;
}

export interface RunOptions {
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** After this time it is ended. @default 10000 */
  readonly timeoutMs?: number;
  /** Ends it. Aborted before, it is not even started. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Whether it is in a process group of its own: a terminal's Ctrl-C passes it by, and it is ended with
   * all that it has started, by SIGTERM first. Otherwise it is ended alone, by SIGKILL.
   *
   * @default whether there is a signal
   */
  readonly ownGroup?: boolean;
  /** From SIGTERM to SIGKILL. @default 10000 */
  readonly graceMs?: number;
}

export interface RunResult {
  /** Null when it could not be started, or was ended, whatever it made of that. */
  readonly code: number | null;
  /** Standard output and standard error, as they came; the reason when it could not be started. */
  readonly output: string;
}

/** The machine this process runs on. */
export function thisMachine(path = programPath()): Machine {
  return {
    platform: process.platform,
    nodeVersion: process.versions.node,
    uid: process.geteuid?.() ?? -1,
    find: (program) => findProgram(program, path),
    read: readIfPossible,
    run: async (argv, options = {}) => runProgram(argv, path, options),
  };
}

/** Absolute path of an executable file of that name in the first folder that has one. */
export function findProgram(program: string, path: string): string | null {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

function readIfPossible(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

async function runProgram(
  argv: readonly string[],
  path: string,
  options: RunOptions,
): Promise<RunResult> {
  const { env = {}, timeoutMs = 10_000, graceMs = 10_000, signal } = options;
  const { ownGroup = signal !== undefined } = options;
  const [program = "", ...args] = argv;
  if (signal?.aborted === true) return { code: null, output: "interrupted before it was started" };
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    // C: versions and error messages are read by programs here.
    env: { ...process.env, LC_ALL: "C", ...env, PATH: path },
    detached: ownGroup,
  });
  let output = "";
  const collect = (chunk: string): void => {
    output += chunk;
  };
  child.stdout.setEncoding("utf8").on("data", collect);
  child.stderr.setEncoding("utf8").on("data", collect);

  // Not Node's own time-out and signal: they kill the child alone, and do not wait until it has ended.
  const group = ownGroup && child.pid !== undefined ? processGroup(child.pid, graceMs) : undefined;
  let toEnd = false;
  const end = (): void => {
    toEnd = true;
    if (group === undefined) child.kill("SIGKILL");
    else group.end();
  };
  const timer = setTimeout(end, timeoutMs);
  signal?.addEventListener("abort", end);
  return new Promise((done) => {
    child.once("error", (error) => {
      output += error.message;
    });
    child.once("close", (code) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      group?.ended();
      done({ code: toEnd || child.pid === undefined ? null : code, output });
    });
  });
}
