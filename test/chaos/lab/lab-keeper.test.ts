import { expect, test } from "vitest";
import type { RunningNode } from "../../../chaos/environment/environment.ts";
import { LabKeeper } from "../../../chaos/lab/lab-keeper.ts";
import type { KeeperAnswer } from "../../../chaos/lab/protocol.ts";
import { activePassive } from "../../../stacks/topologies/active-passive.ts";
import { FakeDeployment, FakeJournal } from "../faults/fake-deployment.ts";

const DEAD = { running: 0, stopped: 0, connected: false };

/** Whose nodes are dead when they were killed, and run when they were started. */
class MortalDeployment extends FakeDeployment {
  override node(id: string): RunningNode {
    const node = super.node(id);
    return {
      ...node,
      kill: async (options) => {
        const moment = await node.kill(options);
        this.inspections.set(id, DEAD);
        return moment;
      },
      start: async () => {
        const moment = await node.start();
        this.inspections.delete(id);
        return moment;
      },
    };
  }
}

function kept() {
  const deployment = new MortalDeployment(activePassive().topology);
  const journal = new FakeJournal();
  const pids = new Map([["lb-a", 4711]]);
  const keeper = new LabKeeper({ deployment, journal, pidOf: (node) => pids.get(node) });
  const kill = (target: string): Promise<KeeperAnswer> =>
    keeper.answer({ kind: "inject", fault: { name: "silent-kill", target, settings: {} } });
  return { deployment, journal, keeper, kill };
}

test("a fault that is injected is proven, shown, and undone by its number", async () => {
  const { deployment, journal, keeper, kill } = kept();
  expect(await kill("app-1")).toMatchObject({
    kind: "injected",
    active: true,
    fault: { id: 1, target: "app-1", title: "silent kill of node app-1" },
  });
  const { status } = (await keeper.answer({ kind: "status" })) as Extract<
    KeeperAnswer,
    { kind: "status" }
  >;
  expect(status.faults.map(({ id }) => id)).toEqual([1]);
  expect(status.nodes["app-1"]).toEqual({ running: 0, stopped: 0, connected: false });
  expect(await keeper.answer({ kind: "heal", faults: [1] })).toMatchObject({
    kind: "healed",
    faults: [{ id: 1 }],
  });
  expect(deployment.calls).toEqual(["silent-kill app-1", "start app-1"]);
  expect(journal.lines).toEqual(["intent", "done"]);
});

test("everything is healed in the reverse order, and again there is nothing to heal", async () => {
  const { deployment, keeper, kill } = kept();
  await kill("app-1");
  await kill("app-2");
  await keeper.answer({ kind: "heal", faults: "all" });
  expect(deployment.calls.slice(2)).toEqual(["start app-2", "start app-1"]);
  expect(await keeper.answer({ kind: "heal", faults: "all" })).toEqual({
    kind: "healed",
    faults: [],
  });
});

test("a fault that cannot be healed stays, and says why", async () => {
  const { deployment, keeper, kill } = kept();
  await kill("app-1");
  deployment.failing.set("start app-1", new Error("It does not start. Look at its log."));
  expect(await keeper.answer({ kind: "heal", faults: "all" })).toEqual({
    kind: "failed",
    message: "It does not start. Look at its log.",
  });
  const answer = await keeper.answer({ kind: "status" });
  expect(answer).toMatchObject({ status: { faults: [{ id: 1 }] } });
});

test("what could not be healed keeps nothing else from it, and is healed when it can be", async () => {
  const { deployment, keeper, kill } = kept();
  await kill("app-1");
  await kill("app-2");
  deployment.failing.set("start app-2", new Error("It does not start."));
  const heal = (): Promise<KeeperAnswer> => keeper.answer({ kind: "heal", faults: "all" });
  expect(await heal()).toEqual({ kind: "failed", message: "It does not start." });
  expect(deployment.calls.slice(2)).toEqual(["start app-2", "start app-1"]);
  deployment.failing.clear();
  expect(await heal()).toMatchObject({ kind: "healed", faults: [{ id: 2 }] });
  expect(deployment.calls.slice(4)).toEqual(["start app-2"]);
});

test("nothing is done to a node that is dead, and what killed it stays", async () => {
  const { deployment, keeper, kill } = kept();
  await kill("app-1");
  expect(await kill("app-1")).toEqual({
    kind: "failed",
    message:
      'Node app-1 does not run, so that nothing can be done to it. Start it with "evenkeel heal".',
  });
  expect(deployment.calls).toEqual(["silent-kill app-1"]);
  expect(await keeper.answer({ kind: "status" })).toMatchObject({
    status: { faults: [{ id: 1 }] },
  });
  expect(await keeper.answer({ kind: "heal", faults: "all" })).toMatchObject({ kind: "healed" });
});

test("what is over at once is shown, and not held", async () => {
  const { deployment, keeper, kill } = kept();
  deployment.inspections.set("lb-a", { running: 3, stopped: 0, connected: true });
  const settings = { process: "balancer", signal: "SIGHUP" };
  const told = await keeper.answer({
    kind: "inject",
    fault: { name: "signal-process", target: "lb-a", settings },
  });
  expect(told).toMatchObject({ kind: "injected", active: true, over: true });
  expect(await keeper.answer({ kind: "status" })).toMatchObject({ status: { faults: [] } });
  // It took no number.
  expect(await kill("app-1")).toMatchObject({ over: false, fault: { id: 1 } });
  expect(deployment.calls).toEqual(["SIGHUP balancer lb-a", "silent-kill app-1"]);
});

test("a fault that cannot be looked at is not seen to be active, and is healed", async () => {
  const { deployment, keeper, kill } = kept();
  deployment.failing.set("inspect app-1", new Error("It does not answer."));
  expect(await kill("app-1")).toMatchObject({
    active: false,
    fault: { id: 1, evidence: "It does not answer." },
  });
  deployment.failing.clear();
  await keeper.answer({ kind: "heal", faults: "all" });
  expect(deployment.calls).toEqual(["silent-kill app-1", "start app-1"]);
});

test("what is not there is refused with what is", async () => {
  const { keeper, kill } = kept();
  expect(await kill("app-9")).toMatchObject({ kind: "failed" });
  expect(await keeper.answer({ kind: "heal", faults: [7] })).toMatchObject({
    kind: "failed",
    message: expect.stringContaining('active fault "7"') as string,
  });
});

test("a node that runs can be entered, another one cannot", async () => {
  const { keeper } = kept();
  expect(await keeper.answer({ kind: "enter", node: "lb-a" })).toEqual({
    kind: "enter",
    pid: 4711,
  });
  expect(await keeper.answer({ kind: "enter", node: "lb-b" })).toMatchObject({
    message: expect.stringContaining("does not run") as string,
  });
});

test("questions are answered one after the other", async () => {
  const { deployment, keeper, kill } = kept();
  const [, healed] = await Promise.all([
    kill("app-1"),
    keeper.answer({ kind: "heal", faults: "all" }),
  ]);
  expect(healed).toMatchObject({ faults: [{ id: 1 }] });
  expect(deployment.calls).toEqual(["silent-kill app-1", "start app-1"]);
});
