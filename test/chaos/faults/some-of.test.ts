import { expect, test } from "vitest";
import { killNode } from "../../../chaos/faults/kill-node.ts";
import { someOf } from "../../../chaos/faults/some-of.ts";
import { node } from "../../../chaos/faults/target.ts";
import { activePassive } from "../../../stacks/topologies/active-passive.ts";
import { FakeDeployment, FakeJournal } from "./fake-deployment.ts";

const { topology, pool } = activePassive({ count: 5 });
const fault = someOf(0.4, pool.nodes, ({ id }) => killNode(node(id), { silent: true }));

/** Whom it killed, and what it told of that. */
async function killedBy(seed: number): Promise<{ killed: readonly string[]; evidence: string }> {
  const deployment = new FakeDeployment(topology);
  for (const { id } of pool.nodes) {
    deployment.inspections.set(id, { running: 0, stopped: 0, connected: false });
  }
  await using prepared = await fault.prepare(deployment, { seed });
  const injected = await prepared.inject({ journal: new FakeJournal() });
  const killed = deployment.calls.map((call) => call.replace("silent-kill ", ""));
  expect(prepared.aim()).toBe(killed[0]);
  expect(injected.parts).toEqual(killed.map((target) => ({ kind: "silent-kill", target })));
  const { active, evidence } = await injected.verify();
  expect(active).toBe(true);
  await injected.heal();
  expect(deployment.calls.slice(killed.length)).toEqual(killed.map((id) => `start ${id}`));
  return { killed, evidence };
}

test("it names all that it may act on, and how many it will", () => {
  fault.check(topology);
  expect(fault.targets(topology)).toEqual(pool.nodes.map(({ id }) => id));
  expect(fault.title).toBe(
    "2 of 5 by the seed: silent kill of node app-1 or silent kill of node app-2 or silent kill of node app-3 or 2 more",
  );
});

test("the seed chooses whom, and the evidence tells", async () => {
  const { killed, evidence } = await killedBy(7);
  expect(killed).toHaveLength(2);
  expect(await killedBy(7)).toEqual({ killed, evidence });
  expect(evidence).toMatch(
    new RegExp(
      `^seed 7 chose silent kill of node ${killed[0]} together with .*${killed[1]}: ${killed[0]}: 0 processes`,
    ),
  );
  const choices = await Promise.all(Array.from({ length: 20 }, (_, seed) => killedBy(seed)));
  expect(new Set(choices.map((choice) => choice.killed.join())).size).toBeGreaterThan(4);
});

test("a share that cannot be is refused before anything starts", () => {
  expect(() => someOf(0, pool.nodes, ({ id }) => killNode(node(id), { silent: true }))).toThrow(
    /The share is 0/,
  );
});
