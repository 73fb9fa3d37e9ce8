import { spawn } from "node:child_process";
import { once } from "node:events";
import { PROJECT_ROOT, programPath } from "../setup/paths.ts";
import { terraformEnvironment } from "../setup/provider/check-provider.ts";

/** How cdktf ended. */
export interface CdktfExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/**
 * Lets cdktf deploy or destroy a stack; what it prints goes where ours does. Ctrl-C reaches it by
 * itself, and Terraform then ends in order: it is waited for.
 */
export async function runCdktf(verb: "deploy" | "destroy", stackId: string): Promise<CdktfExit> {
  // The provider is pinned by this project; a lock file would name the one of this machine.
  const options = ["--auto-approve", "--skip-provider-lock"];
  const child = spawn("cdktf", [verb, stackId, ...options], {
    cwd: PROJECT_ROOT,
    env: {
      ...process.env,
      ...terraformEnvironment(),
      PATH: programPath(),
      // Without a terminal it must not redraw lines.
      ...(process.stderr.isTTY ? {} : { CI: "true" }),
    },
    // Its progress is no result of ours: whoever reads ours would have to tell them apart.
    stdio: ["ignore", process.stderr, process.stderr],
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
