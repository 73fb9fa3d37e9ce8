import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { promisify } from "node:util";
import type { Topology } from "../../stacks/topology.ts";
import type { Environment } from "../environment/environment.ts";
import { programPath, PROJECT_ROOT } from "../setup/paths.ts";
import type { Fingerprint } from "../report/record.ts";

const run = promisify(execFile);

/** How to ask a program for its version. */
const VERSION_ARGV: Readonly<Record<string, readonly string[]>> = {
  keepalived: ["--version"],
  "redis-server": ["--version"],
  "toxiproxy-server": ["-version"],
  tini: ["--version"],
  socat: ["-V"],
};

/** Kernel settings that change what a failover takes. */
const SYSCTLS = ["net.ipv4.tcp_syn_linear_timeouts", "net.ipv4.tcp_syn_retries"] as const;

/** What a run runs on. What cannot be found out is left out or null. */
export async function takeFingerprint(
  environment: Environment["kind"],
  topology: Topology,
): Promise<Omit<Fingerprint, "stealShare">> {
  const used = new Set(
    topology.nodes.flatMap((node) => node.processes.map((p) => p.argv[0] ?? "")),
  );
  const asked = Object.entries(VERSION_ARGV).filter(
    ([program]) => used.has(program) || program === "tini" || program === "socat",
  );
  const versions = await Promise.all(
    asked.map(async ([program, argv]) => [program, await versionOf(program, argv)] as const),
  );
  const code = await takeCodeState();
  return {
    environment,
    kernel: release(),
    cpus: cpus().length,
    cpuModel: cpus()[0]?.model.trim() ?? "unknown",
    memoryBytes: totalmem(),
    node: process.version,
    programs: Object.fromEntries(versions.filter(([, version]) => version !== null)) as Record<
      string,
      string
    >,
    ...code,
    sysctls: Object.fromEntries(
      SYSCTLS.flatMap((key) => {
        const value = sysctl(key);
        return value === null ? [] : [[key, value]];
      }),
    ),
    loadAverage1m: loadavg()[0] ?? 0,
    user: process.getuid?.() === 0 ? "root" : "ordinary user",
  };
}

/** The commit of this program's sources and whether they are as committed; null where there is no checkout. */
export async function takeCodeState(): Promise<Pick<Fingerprint, "commit" | "clean">> {
  const commit = await git("rev-parse", "HEAD");
  const status = await git("status", "--porcelain");
  return { commit, clean: status === null ? null : status === "" };
}

async function versionOf(program: string, argv: readonly string[]): Promise<string | null> {
  try {
    const { stdout, stderr } = await run(program, [...argv], {
      env: { ...process.env, PATH: programPath() },
      timeout: 5_000,
    });
    return /\d+\.\d+[\w.-]*/.exec(stdout + stderr)?.[0] ?? null;
  } catch {
    return null;
  }
}

async function git(...argv: readonly string[]): Promise<string | null> {
  try {
    return (await run("git", ["-C", PROJECT_ROOT, ...argv], { timeout: 5_000 })).stdout.trim();
  } catch {
    return null; // Not a checkout, or no git.
  }
}

function sysctl(key: string): string | null {
  try {
    return readFileSync(`/proc/sys/${key.replaceAll(".", "/")}`, "utf8").trim();
  } catch {
    return null; // Older kernels lack some.
  }
}
