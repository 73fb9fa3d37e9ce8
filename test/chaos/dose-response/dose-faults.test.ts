import { expect, test } from "vitest";
import { afterDrawnDelay } from "../../../chaos/dose-response/drawn-delay.ts";
import { ownerAtFirst } from "../../../chaos/dose-response/owner-at-first.ts";
import { pauseNode } from "../../../chaos/faults/pause-node.ts";
import { node } from "../../../chaos/faults/target.ts";
import { seededRandom } from "../../../chaos/statistics/random.ts";
import { activePassive } from "../../../stacks/topologies/active-passive.ts";
import { eventOf, FakeDeployment, FakeJournal } from "../faults/fake-deployment.ts";

const { topology } = activePassive();
const address = topology.virtualAddress?.address ?? "";

/** How long after the call the fault was injected. */
async function delayMs(seed: number, upToMs: number): Promise<number> {
  const deployment = new FakeDeployment(topology);
  const fault = afterDrawnDelay(pauseNode(node("lb-a")), upToMs);
  await using prepared = await fault.prepare(deployment, { seed });
  expect(prepared.aim()).toBe("lb-a");
  const begin = process.hrtime.bigint();
  const injected = await prepared.inject({ journal: new FakeJournal() });
  expect(deployment.calls).toEqual(["pause lb-a"]);
  await injected.heal();
  expect(deployment.calls).toEqual(["pause lb-a", "resume lb-a"]);
  return Number(injected.moment.monotonicNs - begin) / 1e6;
}

test("a drawn delay is the seed's own, and another with another seed", async () => {
  const [one, again, other] = [await delayMs(1, 400), await delayMs(1, 400), await delayMs(4, 400)];
  expect(Math.abs(one - again)).toBeLessThan(60);
  expect(Math.abs(one - other)).toBeGreaterThan(60);
});

test("a drawn delay is what the seed draws, below what was asked for, and none of nothing", async () => {
  const seeds = [1, 2, 3, 4, 5];
  const drawn = seeds.map((seed) => seededRandom(seed)() * 400);
  const waited = await Promise.all(seeds.map((seed) => delayMs(seed, 400)));
  for (const [index, ms] of drawn.entries()) {
    expect(ms).toBeLessThan(400);
    // A timer may fire a millisecond early; it is late by as much as the machine is busy.
    expect(waited[index]).toBeGreaterThanOrEqual(ms - 2);
    expect(waited[index]).toBeLessThan(ms + 200);
  }
  // Early enough that a delay that were always the longest one would be seen.
  expect(Math.min(...drawn)).toBeLessThan(100);
  expect(await delayMs(1, 0)).toBeLessThan(100);
});

test("a delay ends when the run is stopped, and nothing is injected any more", async () => {
  const deployment = new FakeDeployment(topology);
  const journal = new FakeJournal();
  const fault = afterDrawnDelay(pauseNode(node("lb-a")), 600_000);
  await using prepared = await fault.prepare(deployment, { seed: 1 });
  const stop = new AbortController();
  const injecting = prepared.inject({ journal, signal: stop.signal });
  stop.abort(new Error("Ctrl-C"));
  await expect(injecting).rejects.toMatchObject({ cause: new Error("Ctrl-C") });
  expect(deployment.calls).toEqual([]);
  expect(journal.lines).toEqual([]);
});

test("the owner at first stays the target when the address has moved, in each deployment its own", () => {
  const target = ownerAtFirst();
  const deployment = new FakeDeployment(topology);
  const tell = (to: FakeDeployment, id: string): void =>
    to.stream.push(eventOf(id, "address.added", { address, device: "eth0" }));
  expect(() => target.find(deployment)).toThrow("Nobody holds");
  tell(deployment, "lb-a");
  expect(target.find(deployment)).toBe("lb-a");
  tell(deployment, "lb-b");
  expect(target.find(deployment)).toBe("lb-a");
  const next = new FakeDeployment(topology);
  tell(next, "lb-b");
  expect(target.find(next)).toBe("lb-b");
});
