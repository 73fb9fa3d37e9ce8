import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FailoverSupervisor } from "../../../balancer/failover/supervisor.ts";
import { TrackFileFailed, writeTrackFile } from "../../../balancer/failover/track-file.ts";

let directory = "";
let trackFile = "";
let notifyFifo = "";
let supervisor: FailoverSupervisor;
const events: string[] = [];
const warnings: string[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "evenkeel-supervisor-"));
  trackFile = join(directory, "vrrp.track");
  notifyFifo = join(directory, "vrrp.fifo");
  execFileSync("mkfifo", [notifyFifo]);
  // As keepalived leaves it behind at its start.
  writeFileSync(trackFile, "1\n");
  events.length = 0;
  warnings.length = 0;
  supervisor = new FailoverSupervisor(
    { trackFile, notifyFifo },
    (type) => events.push(type),
    (message) => warnings.push(message),
  );
  supervisor.start();
});
afterEach(() => {
  supervisor.close();
  rmSync(directory, { recursive: true, force: true });
});

const track = () => readFileSync(trackFile, "utf8").trim();

/** keepalived says its state, and we have heard it. */
async function says(state: "MASTER" | "BACKUP" | "FAULT" | "STOP"): Promise<void> {
  const heard = events.length;
  appendFileSync(notifyFifo, `INSTANCE "VI_1" ${state} 250\n`);
  await vi.waitUntil(() => events.length > heard);
}

describe("keepalived is told that the balancer is fit", () => {
  test("not before its first word, however long the balancer has been ready", async () => {
    supervisor.ready();
    expect(track()).toBe("1");
    await says("FAULT");
    expect(track()).toBe("0");
  });

  test("not before the balancer is ready, however much keepalived has said", async () => {
    await says("FAULT");
    expect(track()).toBe("1");
    supervisor.ready();
    expect(track()).toBe("0");
  });

  test("again when it started anew and has overwritten the file", async () => {
    supervisor.ready();
    await says("FAULT");
    await says("MASTER");
    await says("STOP");
    writeTrackFile(trackFile, false);
    await says("FAULT");
    expect(track()).toBe("0");
  });
});

describe("leaving", () => {
  test("writes 1 at once and waits for keepalived's word that the address is gone", async () => {
    supervisor.ready();
    await says("MASTER");
    let left = false;
    const leaving = supervisor.leave(60_000).then(() => (left = true));
    expect(track()).toBe("1");
    await new Promise((resolve) => setImmediate(resolve));
    expect(left).toBe(false);
    await says("FAULT");
    await leaving;
    expect(track()).toBe("1");
  });

  test("does not wait when the address is not here", async () => {
    supervisor.ready();
    await says("BACKUP");
    await supervisor.leave(60_000);
    expect(track()).toBe("1");
  });

  test("loses patience with a keepalived that says nothing", async () => {
    supervisor.ready();
    await says("MASTER");
    const began = performance.now();
    await supervisor.leave(50);
    const tookMs = performance.now() - began;
    expect(tookMs).toBeGreaterThanOrEqual(49);
    expect(tookMs).toBeLessThan(1_000);
  });

  test("is final: nothing that keepalived says makes the balancer fit again", async () => {
    supervisor.ready();
    await says("MASTER");
    await supervisor.leave(0);
    await says("FAULT");
    await says("BACKUP");
    supervisor.ready();
    expect(track()).toBe("1");
  });
});

test("what keepalived says becomes events and the role", async () => {
  expect(supervisor.role).toBeNull();
  for (const state of ["FAULT", "BACKUP", "MASTER", "STOP"] as const) await says(state);
  expect(events).toEqual(["vrrp.fault", "vrrp.backup", "vrrp.master", "vrrp.stop"]);
  expect(supervisor.role).toBe("stop");
});

test("a balancer that cannot write the track file says so and goes on listening", async () => {
  await says("FAULT");
  rmSync(trackFile);
  mkdirSync(trackFile);
  supervisor.ready();
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(trackFile);
  await says("MASTER");
  expect(supervisor.role).toBe("master");
});

test("a track file that cannot be written is reported with its path", () => {
  const path = join(directory, "missing", "vrrp.track");
  expect(() => writeTrackFile(path, true)).toThrow(TrackFileFailed);
  expect(() => writeTrackFile(path, true)).toThrow(path);
});
