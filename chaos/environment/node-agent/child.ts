import { spawn, type ChildProcess } from "node:child_process";
import { LineSplitter } from "../lines.ts";

/** A program of this node, its output as lines. */
export interface Child {
  readonly name: string;
  /** Of the one that was adopted last, if any was. */
  readonly pid: number;
  /** Resolves when it, and whoever was adopted, has ended. */
  readonly exited: Promise<Exit>;
  /** Sends a signal to it, and to the one whose place it has taken if that still runs. */
  kill(signal: NodeJS.Signals): void;
  /** A process that writes into the same output has taken its place: from now on that one is meant. */
  adopt(pid: number): void;
}

/** How a program ended. Of one that was adopted nobody but its parent knows it: both are null. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Starts a program.
 *
 * @throws Error that names the program when it cannot be started
 */
export async function startChild(
  name: string,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  onLine: (stream: "stdout" | "stderr", line: string) => void,
): Promise<Child> {
  const [program = "", ...rest] = argv;
  const child = spawn(program, rest, { env, stdio: ["ignore", "pipe", "pipe"] });
  const exited = Promise.withResolvers<Exit>();
  let adopted: Adopted | null = null;
  child.once("close", (code, signal) => {
    adopted?.forget();
    exited.resolve(adopted === null ? { code, signal } : UNKNOWN);
  });
  forwardLines(child, "stdout", onLine);
  forwardLines(child, "stderr", onLine);
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (cause: NodeJS.ErrnoException) =>
      reject(
        new Error(
          cause.code === "ENOENT"
            ? `${name}: there is no program "${program}" on this node. Run "npx evenkeel doctor" to see which package brings it.`
            : `${name}: cannot start ${program}: ${cause.message}`,
          { cause },
        ),
      ),
    );
  });
  // A child that was spawned has a pid.
  const ownPid = child.pid ?? -1;
  return {
    name,
    exited: exited.promise,
    get pid() {
      return adopted?.pid ?? ownPid;
    },
    kill(signal) {
      adopted?.kill(signal);
      // One whose place was taken may still finish what it has.
      child.kill(signal);
    },
    adopt(pid) {
      adopted?.forget();
      adopted = new Adopted(pid, () => {
        // The last words of both come before the output ends, which is then no longer far.
        const isAlone = child.exitCode !== null || child.signalCode !== null;
        if (!isAlone) exited.resolve(UNKNOWN);
      });
    },
  };
}

/** How often it is looked whether a process that is nobody's child here still runs. */
const LOOK_MS = 20;
const UNKNOWN: Exit = { code: null, signal: null };

/** A process that somebody else started. */
class Adopted {
  readonly pid: number;
  readonly #timer: NodeJS.Timeout;

  /** @param ended told once */
  constructor(pid: number, ended: () => void) {
    this.pid = pid;
    this.#timer = setInterval(() => {
      if (this.kill(0)) return;
      this.forget();
      ended();
    }, LOOK_MS);
  }

  /** Whether there was somebody to send it to. */
  kill(signal: NodeJS.Signals | 0): boolean {
    try {
      return process.kill(this.pid, signal);
    } catch {
      return false; // ESRCH: it has ended.
    }
  }

  forget(): void {
    clearInterval(this.#timer);
  }
}

function forwardLines(
  child: ChildProcess,
  stream: "stdout" | "stderr",
  onLine: (stream: "stdout" | "stderr", line: string) => void,
): void {
  const source = child[stream];
  if (source === null) return;
  const splitter = new LineSplitter((line) => onLine(stream, line));
  source.setEncoding("utf8");
  source.on("data", (text: string) => splitter.push(text));
  source.once("end", () => splitter.end());
}
