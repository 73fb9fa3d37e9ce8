import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { evenkeel } from "./evenkeel-process.ts";

const PATIENCE = { timeout: 30_000, interval: 50 };
let labs: string;
beforeAll(() => {
  labs = mkdtempSync(join(tmpdir(), "evenkeel-labs-"));
});
afterAll(async () => {
  await command("down");
  rmSync(labs, { recursive: true, force: true });
});

const command = (...args: readonly string[]) => evenkeel(args, { EVENKEEL_LABS: labs });

async function statusText(): Promise<string> {
  return (await command("status")).stdout;
}

async function statusJson() {
  const { stdout } = await command("status", "--json");
  return JSON.parse(stdout) as readonly {
    readonly keeper: number;
    readonly faults: readonly { readonly id: number }[];
  }[];
}

describe("a lab that stays", () => {
  test("is up when the command ends, and is no second time", async () => {
    const up = await command("up", "single");
    expect(up.stderr).toBe("");
    expect(up.code).toBe(0);
    expect(up.stdout).toMatch(/^Lab of single, up for \d+ s$/m);
    expect(up.stdout).toContain("app: app-1 healthy, app-2 healthy, app-3 healthy");
    const again = await command("up", "single");
    expect(again.code).toBe(64);
    expect(again.stderr).toContain("is up already");
  });

  test("runs programs on its nodes, and hands input, output and exit codes on", async () => {
    const served = await command("exec", "client", "--", "curl", "-s", "http://198.18.9.11:8080/");
    expect(served.stdout).toMatch(/"node":"app-[123]"/);
    const failed = await command("exec", "lb", "--", "sh", "-c", "echo here >&2; exit 7");
    expect(failed).toMatchObject({ code: 7, stdout: "", stderr: "here\n" });
    const unknown = await command("exec", "lb-9", "ls");
    expect(unknown.code).toBe(64);
    expect(unknown.stderr).toContain("lb, app-1, app-2, app-3, client");
  });

  test("is broken by hand, shows it, and is healed", async () => {
    const broken = await command("inject", "behave", "app-1", "status=503", "checks=true");
    expect(broken.code).toBe(0);
    expect(broken.stdout).toMatch(/^1 {2}misbehaviour of node app-1: active\./);
    await command("inject", "kill", "app-2");
    await vi.waitUntil(
      async () => /app-1 unhealthy, app-2 unhealthy/.test(await statusText()),
      PATIENCE,
    );
    expect((await statusJson())[0]?.faults.map(({ id }) => id)).toEqual([1, 2]);
    const healed = await command("heal", "single");
    expect(healed.stderr).toBe("");
    expect(healed.stdout).toContain("2 faults were active");
    await vi.waitUntil(
      async () => /app-1 healthy, app-2 healthy/.test(await statusText()),
      PATIENCE,
    );
  });

  test("hurts several at the same moment, and keeps nothing of what is over at once", async () => {
    const frozen = await command("inject", "pause", "app-1,app-2");
    expect(frozen.stdout).toMatch(
      /^3 {2}freeze of node app-1 together with freeze of node app-2: /,
    );
    const told = await command(
      ...["inject", "signal-process", "lb", "process=balancer", "signal=SIGHUP"],
    );
    expect(told.stdout).toMatch(/^- {2}SIGHUP to process balancer on node lb: done, nothing is/);
    const idle = await command("inject", "reset-connections", "lb", "port=9");
    expect(idle).toMatchObject({ code: 2 });
    expect(idle.stdout).toContain("NOT seen to be done");
    expect((await statusJson())[0]?.faults.map(({ id }) => id)).toEqual([3]);
    expect((await command("heal")).stdout).toContain("1 fault was active");
  });

  test("refuses what it does not know, with what there is", async () => {
    const fault = await command("inject", "explode", "app-1");
    expect(fault.code).toBe(64);
    expect(fault.stderr).toContain("Known: kill, silent-kill");
    const setting = await command("inject", "kill", "app-1", "now");
    expect(setting.stderr).toContain("Write settings as key=value");
  });

  test("ends with its keeper, however that dies, and can be started again", async () => {
    const [lab] = await statusJson();
    process.kill(lab?.keeper ?? 0, "SIGKILL");
    await vi.waitUntil(async () => (await statusText()).startsWith("No lab is up"), PATIENCE);
    const up = await command("up", "single", "--quiet");
    expect(up).toMatchObject({ code: 0, stdout: "", stderr: "" });
  });

  test("is gone after down, and says where its logs are", async () => {
    const down = await command("down");
    expect(down.code).toBe(0);
    expect(down.stdout).toContain(join(labs, "single"));
    expect(await statusText()).toContain('Start one with "evenkeel up active-passive".');
    const again = await command("down");
    expect(again.code).toBe(64);
  });
});
