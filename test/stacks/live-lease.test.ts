import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FaultsInForce, refuseWhileFaultsAreInForce } from "../../stacks/live-lease.ts";
import {
  bootIdOfThisMachine,
  LEASE_SCHEMA,
  leasePath,
  leasesIn,
  leaseState,
} from "../../stacks/topology.ts";
import type { Lease } from "../../stacks/topology.ts";

const NOW = { nowNs: 1_000_000_000n, bootId: "this-boot" };

function lease(changes: Partial<Lease> = {}): Lease {
  return {
    schema: LEASE_SCHEMA,
    topology: "shop",
    bootId: NOW.bootId,
    runner: { pid: 4711, startTicks: 99 },
    expiresNs: "1000000001",
    ...changes,
  };
}

describe("a lease", () => {
  test.each([
    ["is live until it ends", lease(), "live"],
    ["is abandoned at the moment it ends", lease({ expiresNs: "1000000000" }), "abandoned"],
    ["is over after another boot", lease({ bootId: "former" }), "over"],
    [
      "is over after another boot, however long it was to last",
      lease({ bootId: "f", expiresNs: "9".repeat(30) }),
      "over",
    ],
  ])("%s", (_, held, state) => {
    expect(leaseState(held, NOW.nowNs, NOW.bootId)).toBe(state);
  });
});

describe("a project's leases", () => {
  let root = "";
  beforeEach(() => {
    root = mkdtempSync("/tmp/evenkeel-");
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  function write(id: string, text: string): void {
    mkdirSync(dirname(leasePath(root, id)), { recursive: true });
    writeFileSync(leasePath(root, id), text);
  }

  const refusal = (): string => {
    try {
      refuseWhileFaultsAreInForce(root, NOW);
      return "";
    } catch (error) {
      if (error instanceof FaultsInForce) return error.message;
      throw error;
    }
  };

  test("are none where no folder is", () => {
    expect(leasesIn(root)).toEqual([]);
    expect(refusal()).toBe("");
  });

  test("are read back as they were written", () => {
    write("shop", JSON.stringify(lease()));
    expect(leasesIn(root)).toEqual([{ path: leasePath(root, "shop"), lease: lease() }]);
  });

  test("keep deployment out while one is live, and say who holds it and what ends it", () => {
    write("shop", JSON.stringify(lease()));
    expect(refusal()).toMatch(/shop: process 4711 is running.*npx evenkeel heal shop$/s);
  });

  test("keep deployment out when one was left behind", () => {
    write("shop", JSON.stringify(lease({ expiresNs: "5" })));
    expect(refusal()).toMatch(/shop: process 4711 left without healing/);
  });

  test("keep deployment out when one cannot be read, and name the file", () => {
    write("shop", "{");
    expect(refusal()).toContain(`${leasePath(root, "shop")} holds no lease`);
  });

  test("are told all at once", () => {
    write("shop", JSON.stringify(lease()));
    write("bar", JSON.stringify(lease({ topology: "bar" })));
    expect(refusal()).toMatch(/bar:.*shop:.*heal bar shop$/s);
  });

  test("let deployment pass when the machine has booted since", () => {
    write("shop", JSON.stringify(lease({ bootId: "former" })));
    expect(refusal()).toBe("");
  });

  test("are judged by this machine's own clock and boot", () => {
    const bootId = bootIdOfThisMachine();
    const inAnHourNs = (process.hrtime.bigint() + 3_600_000_000_000n).toString();
    write("shop", JSON.stringify(lease({ bootId, expiresNs: inAnHourNs })));
    expect(() => refuseWhileFaultsAreInForce(root)).toThrow(/is running an experiment/);
  });
});
