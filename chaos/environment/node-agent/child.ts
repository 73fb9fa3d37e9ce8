import { spawn, type ChildProcess } from "node:child_process";
import { LineSplitter } from "../lines.ts";

/** A program of this node, its output as lines. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly exited: Promise<Exit>;
  kill(signal: NodeJS.Signals): void;
}

/** How a program ended. */
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
  const exited = new Promise<Exit>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal }));
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
  const pid = child.pid ?? -1;
  return { name, pid, exited, kill: (signal) => void child.kill(signal) };
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
