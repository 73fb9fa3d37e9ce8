import { expect, test } from "vitest";
import { killNode } from "../../../chaos/faults/kill-node.ts";
import { pauseProcess } from "../../../chaos/faults/pause-process.ts";
import { node } from "../../../chaos/faults/target.ts";
import { together } from "../../../chaos/faults/together.ts";
import { smallTopology } from "../environment/small-topology.ts";
import { FakeDeployment, FakeJournal } from "./fake-deployment.ts";

const first = killNode(node("app-1"), { silent: false });
const second = pauseProcess(node("app-2"), "web");
const DEAD = { running: 0, stopped: 0, connected: false };
const FROZEN = { running: 2, stopped: 1, connected: true };

async function injected(deployment = new FakeDeployment(smallTopology())) {
  const journal = new FakeJournal();
  const prepared = await together([first, second]).prepare(deployment);
  return { deployment, journal, fault: await prepared.inject({ journal }) };
}

test("several faults are one with all their targets and names", () => {
  const fault = together([first, second]);
  expect(fault.title).toBe("kill of node app-1 together with freeze of process web on node app-2");
  expect(together([first], "the end").title).toBe("the end");
  expect(fault.targets(smallTopology())).toEqual(["app-1", "app-2"]);
  expect(() =>
    together([first, killNode(node("app-9"), { silent: true })]).check(smallTopology()),
  ).toThrow(/app-9/);
  expect(() => together([])).toThrow(RangeError);
});

test("they are injected, each with its own intent, and healed together, once", async () => {
  const { deployment, journal, fault } = await injected();
  expect(deployment.calls.toSorted()).toEqual(["kill app-1", "pause-process web app-2"]);
  expect(journal.intents.map(({ target }) => target)).toEqual(["app-1", "app-2"]);
  expect(fault.target).toBe("app-1");
  const [healed, again] = await Promise.all([fault.heal(), fault.heal()]);
  expect(again).toBe(healed);
  expect(healed.monotonicNs).toBeGreaterThan(fault.moment.monotonicNs);
  expect(deployment.calls.slice(2).toSorted()).toEqual(["resume-process web app-2", "start app-1"]);
  expect(journal.lines).toEqual(["intent", "intent", "done", "done"]);
});

test("each is told with its kind and target, also when some of them are several themselves", async () => {
  const deployment = new FakeDeployment(smallTopology());
  const third = killNode(node("client"), { silent: true });
  const prepared = await together([together([first, second]), third]).prepare(deployment);
  const fault = await prepared.inject({ journal: new FakeJournal() });
  expect(fault.parts).toEqual([
    { kind: "kill", target: "app-1" },
    { kind: second.kind, target: "app-2" },
    { kind: "silent-kill", target: "client" },
  ]);
});

test("they are active when all of them are", async () => {
  const { deployment, fault } = await injected();
  deployment.inspections.set("app-1", DEAD);
  expect((await fault.verify()).active).toBe(false);
  deployment.inspections.set("app-2", FROZEN);
  const { active, evidence } = await fault.verify();
  expect(active).toBe(true);
  expect(evidence).toMatch(/^app-1: 0 processes run.*; app-2: 1 processes are frozen/);
});

test("when one of them fails, the others are undone, and its error is told", async () => {
  const deployment = new FakeDeployment(smallTopology());
  deployment.failing.set("pause-process web app-2", new Error("too warm"));
  await expect(injected(deployment)).rejects.toThrow("too warm");
  expect(deployment.calls).toContain("start app-1");
});

test("when one cannot be healed, the others are healed all the same, and its error is told", async () => {
  const { deployment, fault } = await injected();
  deployment.failing.set("start app-1", new Error("dead for good"));
  await expect(fault.heal()).rejects.toThrow("dead for good");
  expect(deployment.calls).toContain("resume-process web app-2");
  deployment.failing.clear();
  await fault.heal();
  const healings = deployment.calls.filter((call) => /^(?:start|resume)/.test(call));
  expect(healings.toSorted()).toEqual(["resume-process web app-2", "start app-1", "start app-1"]);
});
