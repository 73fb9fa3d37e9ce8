import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PROJECT_ROOT } from "../../chaos/setup/paths.ts";
import {
  bootIdOfThisMachine,
  LEASE_SCHEMA,
  leasePath,
  parseTopology,
} from "../../stacks/topology.ts";
import { ALL_RULES } from "../../stacks/validations/all-rules.ts";

/** A program is started, which loads all of cdktf. */
const PATIENCE_MS = 60_000;

/** A project of its own, so that leases in it concern nobody else. */
let project = "";

beforeEach(() => {
  project = mkdtempSync("/tmp/evenkeel-");
  cpSync(join(PROJECT_ROOT, "stacks"), join(project, "stacks"), { recursive: true });
  for (const name of ["balancer", "node_modules", "package.json"]) {
    symlinkSync(join(PROJECT_ROOT, name), join(project, name));
  }
});
afterEach(() => rmSync(project, { recursive: true }));

/** Runs the app as cdktf does. */
function synthesize(): Promise<{ readonly code: number; readonly told: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, CDKTF_OUTDIR: join(project, "cdktf.out") };
    execFile(process.execPath, ["stacks/main.ts"], { cwd: project, env }, (error, out, told) => {
      resolve({ code: error === null ? 0 : Number(error.code), told: out + told });
    });
  });
}

test(
  "the app writes the configuration and the manifest of every topology, each without a fault",
  async () => {
    expect(await synthesize()).toEqual({ code: 0, told: "" });
    const stacks = join(project, "cdktf.out", "stacks");
    expect(readdirSync(stacks).toSorted()).toEqual(["active-active", "active-passive", "single"]);
    for (const id of readdirSync(stacks)) {
      const read = (file: string): unknown =>
        JSON.parse(readFileSync(join(stacks, id, file), "utf8"));
      expect(parseTopology(read("topology.json"), ALL_RULES).id).toBe(id);
      expect(read("cdk.tf.json")).toHaveProperty("resource.docker_container");
    }
  },
  PATIENCE_MS,
);

test(
  "what is wrong with topologies is told at once, and nothing is synthesized",
  async () => {
    const list = join(project, "stacks", "topologies", "all-topologies.ts");
    // Another two of them, on the subnet of the first.
    const twice = readFileSync(list, "utf8").replace(
      "  SingleStack,\n];",
      `  class extends SingleStack {
    constructor(scope: Construct) {
      super(scope, { id: "second", subnet: "198.18.7.0/24" });
    }
  },
  class extends SingleStack {
    constructor(scope: Construct) {
      super(scope, { id: "third", subnet: "10.0.0.0/24" });
    }
  },
];`,
    );
    writeFileSync(list, twice);
    const { code, told } = await synthesize();
    expect(code).toBe(64);
    expect(told).toMatch(
      /second:\n {2}second\.subnet: overlaps 198\.18\.7\.0\/24 of active-passive/,
    );
    expect(told).toMatch(/third:\n {2}subnet: lies outside 198\.18\.0\.0\/15/);
    expect(told).not.toContain("    at ");
    expect(readdirSync(join(project, "cdktf.out", "stacks"))).toEqual([]);
  },
  PATIENCE_MS,
);

test(
  "nothing is synthesized while an experiment is running, and the way out is named",
  async () => {
    const path = leasePath(project, "active-passive");
    mkdirSync(dirname(path), { recursive: true });
    const lease = {
      schema: LEASE_SCHEMA,
      topology: "active-passive",
      bootId: bootIdOfThisMachine(),
      runner: { pid: 4711, startTicks: 1 },
      expiresNs: (process.hrtime.bigint() + 3_600_000_000_000n).toString(),
    };
    writeFileSync(path, JSON.stringify(lease));
    const { code, told } = await synthesize();
    expect(code).toBe(64);
    expect(told).toMatch(
      /active-passive: process 4711 is running.*npx evenkeel heal active-passive\n$/s,
    );
    expect(existsSync(join(project, "cdktf.out"))).toBe(false);
  },
  PATIENCE_MS,
);
