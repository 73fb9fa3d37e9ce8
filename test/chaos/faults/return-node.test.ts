import { expect, test } from "vitest";
import { returnNode } from "../../../chaos/faults/return-node.ts";
import { node } from "../../../chaos/faults/target.ts";
import { fixtureTopology } from "../report/fixture.ts";
import { eventOf, FakeDeployment, FakeJournal } from "./fake-deployment.ts";

const fault = returnNode(node("lb-a"), { takeoverMs: 60_000 });

/** A pair whose second balancer has the address, so that the takeover is over at once. */
function takenOver(): FakeDeployment {
  const deployment = new FakeDeployment(fixtureTopology());
  const address = deployment.topology.virtualAddress?.address;
  for (const id of ["lb-a", "lb-b"])
    deployment.stream.push(eventOf(id, "address.added", { address }));
  return deployment;
}

test("it dies before the steady state, and what is injected is its start", async () => {
  const deployment = takenOver();
  const journal = new FakeJournal();
  const prepared = await fault.prepare(deployment);
  expect(prepared.aim()).toBe("lb-a");
  expect(deployment.calls).toEqual(["silent-kill lb-a"]);
  const injected = await prepared.inject({ journal });
  expect(deployment.calls).toEqual(["silent-kill lb-a", "start lb-a"]);
  expect(await injected.verify()).toEqual({
    active: true,
    evidence: "lb-a: 3 processes run, link up",
  });
  await injected.heal();
  await prepared[Symbol.asyncDispose]();
  // A node that has come back is as it was: there is nothing to undo.
  expect(deployment.calls).toHaveLength(2);
  expect(journal.lines).toEqual(["intent", "done"]);
});

test("let go of before it was injected, the node is started all the same", async () => {
  const deployment = takenOver();
  const prepared = await fault.prepare(deployment);
  await prepared[Symbol.asyncDispose]();
  expect(deployment.calls).toEqual(["silent-kill lb-a", "start lb-a"]);
});

test("that nobody takes the address is told", async () => {
  const deployment = new FakeDeployment(fixtureTopology());
  const impatient = returnNode(node("lb-a"), { takeoverMs: 0 });
  await expect(impatient.prepare(deployment)).rejects.toThrow(
    /Nobody took the floating address of lb-a within 0 ms/,
  );
  // Nobody holds a fault that could be healed.
  expect(deployment.calls).toEqual(["silent-kill lb-a", "start lb-a"]);
});

test("a node that is dead already is left as it is", async () => {
  const deployment = takenOver();
  deployment.inspections.set("lb-a", { running: 0, stopped: 0, connected: false });
  await expect(fault.prepare(deployment)).rejects.toThrow(/lb-a is dead already/);
  expect(deployment.calls).toEqual([]);
});

test("a node that does not exist is refused before anything starts", () => {
  const unknown = returnNode(node("lb-c"), { takeoverMs: 1 });
  expect(() => unknown.check(fixtureTopology())).toThrow(/lb-c/);
});
