import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { namesOf, remainsOf } from "../../../chaos/deploy/remains.ts";
import { DockerEnvironment } from "../../../chaos/environment/docker/docker-environment.ts";
import { Engine } from "../../../chaos/environment/docker/engine.ts";
import { pendingIntents } from "../../../chaos/faults/undo-journal.ts";
import type { RunRecord } from "../../../chaos/report/record.ts";
import { PROJECT_ROOT } from "../../../chaos/setup/paths.ts";
import { terraformEnvironment } from "../../../chaos/setup/provider/check-provider.ts";
import { providerPlace } from "../../../chaos/setup/provider/provider-place.ts";
import { activePassive } from "../../../stacks/topologies/active-passive.ts";
import { leasePath } from "../../../stacks/topology.ts";
import { promiseOutcome } from "../../scenario-outcome.ts";
import { engineUnderTest } from "../environment/docker/containers.ts";
import { descendants, evenkeel, startEvenkeel } from "./evenkeel-process.ts";

const { docker, missing: noEngine } = await engineUnderTest();
const missing =
  noEngine ??
  (existsSync(providerPlace().cliConfig)
    ? null
    : 'Terraform\'s provider is missing. Run "npm run setup -- --for docker".');
const { topology } = activePassive();
const ID = topology.id;
/** It is reached only when it never happens. */
const PATIENCE = { timeout: 240_000, interval: 20 };

describe.skipIf(missing !== null)(
  `the flagship in containers${missing === null ? "" : ` (${missing})`}`,
  () => {
    const engine = new Engine(docker);
    let out: string;
    beforeAll(async () => {
      out = mkdtempSync(join(tmpdir(), "evenkeel-docker-"));
      // Whatever an earlier, interrupted test has left.
      await evenkeel(["destroy", ID]);
    });
    afterAll(async () => {
      await evenkeel(["destroy", ID]);
      rmSync(out, { recursive: true, force: true });
    });

    // The watchdog of a run that was ended by force heals what the run has left.
    afterEach(() => vi.waitUntil(() => !existsSync(leasePath(PROJECT_ROOT, ID)), PATIENCE));

    async function expectWhole(): Promise<void> {
      await using deployment = await new DockerEnvironment().attach(ID);
      for (const { id, processes } of topology.nodes) {
        const seen = await deployment.node(id).inspect();
        expect({ id, ...seen }).toMatchObject({ id, stopped: 0, connected: true });
        expect(seen.running).toBeGreaterThan(processes.length);
      }
    }

    test("is deployed by cdktf with the real provider, and every node is ready", async () => {
      const { code, stdout, stderr } = await evenkeel(["deploy", ID]);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stdout).toContain(`${ID} is ready after`);
      expect(stdout).toContain(`npm run destroy -- ${ID}`);
      expect((await engine.containersOf(ID)).map(({ name }) => name)).toEqual(
        topology.nodes.map((node) => `${ID}-${node.id}`).toSorted(),
      );
      await expectWhole();
    });

    test("is as it was declared: Terraform's second plan is empty", async () => {
      const planned = promisify(execFile)(
        "terraform",
        [`-chdir=cdktf.out/stacks/${ID}`, "plan", "-input=false", "-detailed-exitcode"],
        { cwd: PROJECT_ROOT, env: { ...process.env, ...terraformEnvironment() } },
      );
      // It ends with 2 when there is something to do.
      await expect(planned).resolves.toBeDefined();
    });

    // Of five trials one may be untrustworthy.
    test.for([
      ["balancer-node-killed", 5],
      ["backend-killed", 5],
      ["session-store-stalled", 5],
      ["planned-handover", 5],
    ] as const)("keeps the promise of %s", async ([scenario, trials], context) => {
      const where = ["--environment", "docker", "--topology", ID, "--out", out];
      const args = ["run", scenario, ...where, "--trials", `${trials}`, "--seed", "20263"];
      const { stdout, stderr } = await evenkeel([...args, "--json"]);
      if (stdout === "") throw new Error(stderr);
      const [record] = JSON.parse(stdout) as readonly RunRecord[];
      const outcome = promiseOutcome(record as RunRecord);
      if (outcome.kind === "skip") context.skip(outcome.why);
      expect(outcome).toEqual({ kind: "pass" });
      expect(record?.fingerprint.environment).toBe("docker");
      expect(existsSync(leasePath(PROJECT_ROOT, ID))).toBe(false);
      await expectWhole();
    });

    test("is kept from Terraform while faults are active, and healed when the runner is killed", async () => {
      const own = join(out, "killed");
      await using runner = startEvenkeel([
        ...["run", "balancer-node-killed", "--environment", "docker", "--topology", ID],
        ...["--trials", "10", "--out", own, "--quiet"],
      ]);
      const journal = (): string | undefined =>
        existsSync(own)
          ? readdirSync(own)
              .map((run) => join(own, run, "journal.ndjson"))
              .find((path) => existsSync(path))
          : undefined;
      const active = (): boolean => {
        const path = journal();
        return path !== undefined && pendingIntents(readFileSync(path, "utf8")).length > 0;
      };
      const over = (): boolean => runner.child.exitCode !== null;
      await vi.waitUntil(() => active() || over(), PATIENCE);
      runner.child.kill("SIGKILL");
      await runner.ended;
      expect(active()).toBe(true);
      const refused = await evenkeel(["deploy", ID]);
      // By now it may have been healed.
      if (existsSync(leasePath(PROJECT_ROOT, ID))) expect(refused.code).toBe(64);
      await vi.waitUntil(() => !existsSync(leasePath(PROJECT_ROOT, ID)), PATIENCE);
      expect(active()).toBe(false);
      await expectWhole();
    });

    test("a scenario that wants another topology is refused with the differences, before anything is started", async () => {
      const args = ["run", "balancer-node-killed", "--control", "--trials", "1", "--out", out];
      const { code, stderr } = await evenkeel([...args, "--environment", "docker"]);
      expect(code).toBe(64);
      expect(stderr).toMatch(/nodes\.\d+\.processes.*deployed .*wanted/);
    });

    test("is destroyed, and nothing of it is left; what is not ours stays", async () => {
      const bystander = await docker.createContainer({
        name: `${ID}-bystander`,
        Image: "evenkeel/node:dev",
        Entrypoint: ["sleep"],
        Cmd: ["86400"],
      });
      await bystander.start();
      try {
        const { code, stdout, stderr } = await evenkeel(["destroy", ID]);
        expect({ code, stderr }).toMatchObject({ code: 0 });
        expect(stdout).toContain(`No container, network or volume of ${ID} is left`);
        expect(namesOf(await remainsOf(engine, ID))).toEqual([]);
        expect((await bystander.inspect()).State.Running).toBe(true);
      } finally {
        await bystander.remove({ force: true });
      }
    });

    test("a deployment that was interrupted is cleaned up by destroy", async () => {
      await using deploying = startEvenkeel(["deploy", ID]);
      const made = async (): Promise<boolean> => (await engine.containersOf(ID)).length > 0;
      await vi.waitUntil(made, PATIENCE);
      // Terraform's own record of what it has made is as incomplete as can be.
      for (const { pid } of [...descendants(deploying.pid), { pid: deploying.pid }]) {
        process.kill(pid, "SIGKILL");
      }
      await deploying.ended;
      const { code, stderr } = await evenkeel(["destroy", ID]);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(namesOf(await remainsOf(engine, ID))).toEqual([]);
    });
  },
);
