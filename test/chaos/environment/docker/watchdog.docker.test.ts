import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { DockerEnvironment } from "../../../../chaos/environment/docker/docker-environment.ts";
import { Engine } from "../../../../chaos/environment/docker/engine.ts";
import { healTopology } from "../../../../chaos/environment/docker/heal.ts";
import { leasePath, leasesIn } from "../../../../stacks/topology.ts";
import { smallTopology } from "../small-topology.ts";
import { elsewhere, engineUnderTest, makeContainers, removeContainers } from "./containers.ts";

const { docker, missing } = await engineUnderTest();
const topology = { ...elsewhere(smallTopology()), id: "watched" };
/** It is reached only when it never happens. */
const PATIENCE = { timeout: 240_000, interval: 50 };

describe.skipIf(missing !== null)(
  `a deployed topology${missing === null ? "" : ` (${missing})`}`,
  () => {
    let root: string;
    let bystander: string;
    beforeAll(async () => {
      root = mkdtempSync(join(tmpdir(), "evenkeel-watchdog-"));
      await removeContainers(docker, topology.id);
      await makeContainers(docker, topology);
      // Its name is like ours; it carries no label of ours.
      const container = await docker.createContainer({
        name: `${topology.id}-bystander`,
        Image: "evenkeel/node:dev",
        Entrypoint: ["sleep"],
        Cmd: ["86400"],
      });
      bystander = container.id;
      await container.start();
      await container.pause();
    });
    afterAll(async () => {
      await removeContainers(docker, topology.id);
      await docker.getContainer(bystander).remove({ force: true });
      rmSync(root, { recursive: true, force: true });
    });

    /** The bystander as it was: still paused, never started again. */
    async function expectBystanderUntouched(startedAt: string): Promise<void> {
      const { State } = await docker.getContainer(bystander).inspect();
      expect(State).toMatchObject({ Running: true, Paused: true, StartedAt: startedAt });
    }

    async function expectAsDeployed(): Promise<void> {
      await using deployment = await new DockerEnvironment().attach(topology.id);
      for (const { id, processes } of topology.nodes) {
        const seen = await deployment.node(id).inspect();
        expect({ id, ...seen }).toMatchObject({ id, stopped: 0, connected: true });
        expect(seen.running).toBeGreaterThan(processes.length);
      }
    }

    test("is healed when its runner is killed with faults active, and what is not ours is left alone", async () => {
      const { StartedAt } = (await docker.getContainer(bystander).inspect()).State;
      const program = join(import.meta.dirname, "runner-main.ts");
      const runner = spawn(process.execPath, [program, topology.id, root], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await once(runner.stdout, "data");
      expect(leasesIn(root)).toHaveLength(1);
      const { State } = await docker.getContainer(`${topology.id}-app-1`).inspect();
      expect(State.Running).toBe(false);
      await expect(healTopology(new Engine(docker), topology.id, root)).rejects.toThrow(
        new RegExp(`Process ${runner.pid} is running an experiment on watched`),
      );

      const ended = once(runner, "exit");
      runner.kill("SIGKILL");
      await ended;
      await vi.waitUntil(() => leasesIn(root).length === 0, PATIENCE);
      const log = leasePath(root, topology.id).replace(/\.json$/, ".watchdog.log");
      expect(readFileSync(log, "utf8")).toMatch(/the runner is gone.*as it was deployed/s);
      await expectAsDeployed();
      await expectBystanderUntouched(StartedAt);
    });

    test("is healed by the watchdog when its runner could not, and the runner ends for that", async () => {
      const program = join(import.meta.dirname, "unhealing-runner-main.ts");
      const runner = spawn(process.execPath, [program, topology.id, root], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let told = "";
      runner.stdout.setEncoding("utf8").on("data", (text: string) => (told += text));
      // What keeps it from ending would keep it for ever.
      const timer = setTimeout(() => runner.kill("SIGKILL"), PATIENCE.timeout);
      const [code, signal] = (await once(runner, "close")) as [number | null, string | null];
      clearTimeout(timer);
      expect({ code, signal, told }).toEqual({
        code: 0,
        signal: null,
        told: "This engine starts nothing.\n",
      });
      await vi.waitUntil(() => leasesIn(root).length === 0, PATIENCE);
      await expectAsDeployed();
    });

    test("is healed by hand as often as one likes, whatever was done to it and by whom", async () => {
      const { StartedAt } = (await docker.getContainer(bystander).inspect()).State;
      await docker.getContainer(`${topology.id}-app-2`).kill();
      await docker.getContainer(`${topology.id}-app-1`).pause();
      const engine = new Engine(docker);
      await healTopology(engine, topology.id, root);
      await expectAsDeployed();
      await healTopology(engine, topology.id, root);
      await expectAsDeployed();
      await expectBystanderUntouched(StartedAt);
    });
  },
);
