import { spawn } from "node:child_process";
import { once } from "node:events";
import { PROJECT_ROOT, programPath } from "../setup/paths.ts";
import { terraformEnvironment } from "../setup/provider/check-provider.ts";
import { cdktfLogPath, failureIn, LoggedOutput, progressOf } from "./cdktf-output.ts";

/** How cdktf ended. */
export interface CdktfExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/**
 * Lets cdktf deploy or destroy a stack. What it prints goes to a file; its progress, and how it failed,
 * to standard error: it is no result of ours, and whoever reads ours would have to tell them apart.
 */
export async function runCdktf(verb: "deploy" | "destroy", stackId: string): Promise<CdktfExit> {
  const tell = (line: string): boolean => process.stderr.write(`  ${line}\n`);
  const lines: string[] = [];
  const exit = await untilExit(verb, stackId, (line) => {
    lines.push(line);
    const progress = progressOf(line, stackId);
    if (progress !== null) tell(progress);
  });
  if (exit.code !== 0) for (const line of failureIn(lines)) tell(line);
  return exit;
}

/** Ctrl-C reaches it by itself, and Terraform then ends in order: it is waited for. */
async function untilExit(
  verb: "deploy" | "destroy",
  stackId: string,
  onLine: (line: string) => void,
): Promise<CdktfExit> {
  using output = new LoggedOutput(cdktfLogPath(stackId), onLine);
  // The provider is pinned by this project; a lock file would name the one of this machine.
  const options = ["--auto-approve", "--skip-provider-lock"];
  const child = spawn("cdktf", [verb, stackId, ...options], {
    cwd: PROJECT_ROOT,
    env: {
      ...process.env,
      ...terraformEnvironment(),
      PATH: programPath(),
      // It must not redraw lines: they go to a file.
      CI: "true",
    },
    stdio: ["ignore", output.descriptor, output.descriptor],
  });
  const wait = (): void => undefined;
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, wait);
  try {
    const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
    return { code, signal };
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, wait);
  }
}
