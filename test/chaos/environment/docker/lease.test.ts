import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { holdLease, isHeld, readLease } from "../../../../chaos/environment/docker/lease.ts";
import { leasePath, leasesIn, type Lease } from "../../../../stacks/topology.ts";

// Each lease starts a watchdog, which is a program.
vi.setConfig({ testTimeout: 120_000 });

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), "evenkeel-lease-"))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

const path = (): string => leasePath(root, "shop");
const leaseThere = async (): Promise<Lease> => {
  const lease = await readLease(path());
  if (lease === null) throw new Error("There is no lease.");
  return lease;
};

test("a lease names its holder and the journal, and is gone when it is given up", async () => {
  const held = await holdLease("shop", { root, journal: "/runs/1/journal.ndjson" });
  const lease = await leaseThere();
  expect(lease).toMatchObject({
    topology: "shop",
    runner: { pid: process.pid },
    journal: "/runs/1/journal.ndjson",
  });
  expect(isHeld(lease)).toBe(true);
  await held.release();
  expect(leasesIn(root)).toEqual([]);
  // The watchdog had nothing to heal.
  expect(readFileSync(path().replace(/\.json$/, ".watchdog.log"), "utf8")).toBe("");
});

test("there is one lease of a topology at a time, and one of another beside it", async () => {
  const held = await holdLease("shop", { root });
  await expect(holdLease("shop", { root })).rejects.toThrow(
    new RegExp(`Process ${process.pid} is running an experiment on shop.*Wait`),
  );
  const other = await holdLease("store", { root });
  await other.release();
  await held.release();
  await (await holdLease("shop", { root })).release();
});

test.each<[string, (lease: Lease) => Lease]>([
  ["of a process that is gone", (lease) => ({ ...lease, runner: { pid: 2 ** 30, startTicks: 1 } })],
  [
    "of another process of the same number",
    (lease) => ({ ...lease, runner: { ...lease.runner, startTicks: 1 } }),
  ],
  ["that was not renewed", (lease) => ({ ...lease, expiresNs: "1" })],
])("a lease %s was left behind: heal first", async (_, change) => {
  const held = await holdLease("shop", { root });
  const left = change(await leaseThere());
  await held.release();
  writeFileSync(path(), JSON.stringify(left));
  expect(isHeld(left)).toBe(false);
  await expect(holdLease("shop", { root })).rejects.toThrow(
    /shop has not been undone.*npx evenkeel heal shop/,
  );
  expect(await leaseThere()).toEqual(left);
});

test("a lease of an earlier boot is over, and is replaced", async () => {
  const held = await holdLease("shop", { root });
  const old = { ...(await leaseThere()), bootId: "another" };
  await held.release();
  writeFileSync(path(), JSON.stringify(old));
  const again = await holdLease("shop", { root });
  expect((await leaseThere()).bootId).not.toBe("another");
  await again.release();
});

test("a runner that has not given its lease up ends all the same, and the watchdog takes over", async () => {
  const program = join(import.meta.dirname, "lease-holder-main.ts");
  const runner = spawn(process.execPath, [program, root], { stdio: ["ignore", "pipe", "inherit"] });
  // Whoever waits for the other for ever is ended here, and told by the signal.
  const timer = setTimeout(() => runner.kill("SIGKILL"), 30_000);
  const [code, signal] = (await once(runner, "exit")) as [number | null, string | null];
  clearTimeout(timer);
  expect({ code, signal }).toEqual({ code: 0, signal: null });
  const log = path().replace(/\.json$/, ".watchdog.log");
  const told = /the runner is gone: healing shop\n[^]*(as it was deployed|gave up)/;
  await vi.waitUntil(() => told.test(readFileSync(log, "utf8")), { timeout: 60_000 });
});

test("what is no lease is none", async () => {
  writeFileSync(join(root, "no-lease"), "{");
  expect(await readLease(join(root, "no-lease"))).toBeNull();
  expect(await readLease(join(root, "not-there"))).toBeNull();
});
