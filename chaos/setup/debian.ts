import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import type { Machine } from "./machine.ts";
import { lastLine } from "./program.ts";

/** Asked by every Debian package before it starts a service (Debian Policy, invoke-rc.d(8)). */
const POLICY = "/usr/sbin/policy-rc.d";
const OURS = "# Written by evenkeel's setup for the time of one apt-get; delete it.";

export interface AptRequest {
  readonly packages: readonly string[];
  /** Services that these packages would start now and at every boot. */
  readonly services: readonly string[];
}

/**
 * Installs Debian packages, as root, and starts none of their services, now or at boot. An abort ends
 * fetching them; installing them is not broken off, for the next apt-get would refuse to work.
 *
 * @returns null, or what went wrong
 */
export async function installDebianPackages(
  machine: Machine,
  { packages, services }: AptRequest,
  signal?: AbortSignal,
  policyFile: string = POLICY,
): Promise<string | null> {
  const apt = async (
    args: readonly string[],
    until: AbortSignal | undefined,
  ): Promise<string | null> => {
    // Without a terminal of its own dpkg stays in the process group of apt-get, and ends with it.
    const settings = ["-o", "DPkg::Lock::Timeout=120", "-o", "Dpkg::Use-Pty=0"];
    const { code, output } = await machine.run(["apt-get", "-q", "-y", ...settings, ...args], {
      env: { DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_MODE: "l" },
      timeoutMs: 900_000,
      signal: until,
      ownGroup: true,
    });
    return code === 0 ? null : `apt-get ${args.join(" ")} failed: ${reason(output)}`;
  };
  const install = ["install", "--no-install-recommends"];

  const undo = await forbidServices(policyFile);
  try {
    // A fresh container has no package lists at all, an old machine stale ones.
    const stale = await apt(["update"], signal);
    const unfetched = await apt([...install, "--download-only", ...packages], signal);
    if (signal?.aborted === true) return "interrupted";
    const failed = unfetched ?? (await apt([...install, ...packages], undefined));
    if (failed !== null) return stale === null ? failed : `${failed} (${stale})`;
  } finally {
    await undo();
  }
  // sd_booted(3): there is nothing to disable where systemd does not run.
  if (services.length > 0 && existsSync("/run/systemd/system")) {
    await machine.run(["systemctl", "disable", ...services], { ownGroup: true });
  }
  return null;
}

/** Puts a policy in place that forbids every start; one that is there already stays as it is. */
async function forbidServices(file: string): Promise<() => Promise<void>> {
  const standing = await readFile(file, "utf8").catch(() => null);
  if (standing !== null && !standing.includes(OURS)) return async () => {};
  await writeFile(file, `#!/bin/sh\n${OURS}\nexit 101\n`, { mode: 0o755 });
  return async () => rm(file, { force: true });
}

/** apt-get marks its reasons with `E:`; the first one is the root of the others. */
function reason(output: string): string {
  return /^E: (.*)$/m.exec(output)?.[1] ?? lastLine(output);
}
