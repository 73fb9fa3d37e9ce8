import { expect, test } from "vitest";
import { UnknownName } from "../../../chaos/environment/errors.ts";
import type { Fault } from "../../../chaos/faults/fault.ts";
import { behave } from "../../../chaos/faults/behave.ts";
import { InvalidBehaviour } from "../../../chaos/faults/behaviour/behaviour.ts";
import { isolateNode } from "../../../chaos/faults/isolate-node.ts";
import { killNode } from "../../../chaos/faults/kill-node.ts";
import { killProcess } from "../../../chaos/faults/kill-process.ts";
import { fast5xx } from "../../../chaos/faults/misbehaviours.ts";
import { applyConfig, disableBackend, drainBackend } from "../../../chaos/faults/operations.ts";
import { pauseNode } from "../../../chaos/faults/pause-node.ts";
import { pauseProcess } from "../../../chaos/faults/pause-process.ts";
import { signalProcess } from "../../../chaos/faults/signal-process.ts";
import { stallLink } from "../../../chaos/faults/stall-link.ts";
import { stopNode } from "../../../chaos/faults/stop-node.ts";
import { addressOwner, node } from "../../../chaos/faults/target.ts";
import { activePassive } from "../../../stacks/topologies/active-passive.ts";
import { eventOf, FakeDeployment, FakeJournal } from "./fake-deployment.ts";

const { topology, pool } = activePassive();
const LINK = pool.sessionFaults?.id ?? "";

const SOUND: readonly Fault[] = [
  killNode(addressOwner, { silent: true }),
  killNode(node("app-1"), { silent: false }),
  stopNode(addressOwner, { graceMs: 1 }),
  killProcess(addressOwner, "balancer"),
  pauseProcess(addressOwner, "balancer"),
  pauseNode(addressOwner),
  isolateNode(node("app-1")),
  fast5xx(node("app-1")),
  drainBackend(addressOwner, { pool: "app", backend: "app-1" }, { deadlineMs: 500 }),
  applyConfig(addressOwner, "nothing new", (document) => document),
  signalProcess(addressOwner, "balancer", "SIGHUP"),
  stallLink(LINK, { send: "PING\r\n" }),
];

test.for(SOUND.map((fault) => [fault.title, fault] as const))(
  "%s names only what the topology has",
  ([, fault]) => {
    expect(() => fault.check(topology)).not.toThrow();
  },
);

test("what a topology does not have is refused before anything starts, with what it has", () => {
  expect(() => killNode(node("app-9"), { silent: true }).check(topology)).toThrow(/app-9.*app-1/);
  expect(() => stopNode(node("app-9"), { graceMs: 1 }).check(topology)).toThrow(/app-9.*app-1/);
  expect(() => stallLink("app--nowhere", { send: "" }).check(topology)).toThrow(
    new RegExp(`app--nowhere.*${LINK}`),
  );
  // A link that leads nowhere through a fault point cannot be stalled either.
  expect(() => stallLink("client--lb", { send: "" }).check(topology)).toThrow(UnknownName);
});

test("a process is looked for on every node that the fault may hit", () => {
  expect(() => killProcess(node("app-1"), "balancer").check(topology)).toThrow(
    /no process "balancer" on node app-1/,
  );
  expect(() => killProcess(addressOwner, "redis").check(topology)).toThrow(
    /"redis" on node lb-a\. Known: .*balancer/,
  );
});

test("only a sample application can be told how to behave, and only what makes sense", () => {
  expect(() => fast5xx(addressOwner).check(topology)).toThrow(
    /lb-a runs no sample application .*BackendPool/,
  );
  expect(() => fast5xx(node("app-9")).check(topology)).toThrow(/app-9.*app-1/);
  expect(() => behave(node("app-1"), { share: 2, status: 1 })).toThrow(InvalidBehaviour);
});

test("operators name only balancers, pools and backends that there are, and valid configurations", () => {
  const check = (fault: Fault) => () => fault.check(topology);
  expect(check(disableBackend(node("app-1"), { pool: "app", backend: "app-1" }))).toThrow(
    /app-1 runs no balancer .*BalancerPair/,
  );
  expect(check(disableBackend(addressOwner, { pool: "apps", backend: "app-1" }))).toThrow(
    /pool "apps".*app/,
  );
  expect(check(drainBackend(addressOwner, { pool: "app", backend: "app-9" }))).toThrow(
    /no backend "app-9" in pool app.*app-3/,
  );
  const empty = applyConfig(addressOwner, "no pools", (document) => ({ ...document, pools: [] }));
  expect(check(empty)).toThrow(/pool/);
});

test("the evidence for a process's death is younger than the fault: an earlier death is none", async () => {
  const deployment = new FakeDeployment(topology);
  const dead = { name: "app", code: null, signal: "SIGKILL" };
  deployment.stream.push(eventOf("app-1", "process.exited", dead));
  const prepared = await killProcess(node("app-1"), "app").prepare(deployment);
  const injected = await prepared.inject({ journal: new FakeJournal() });
  expect(await injected.verify()).toEqual({
    active: false,
    evidence: "app-1 did not tell that app ended",
  });
  deployment.stream.push(eventOf("app-2", "process.exited", dead));
  deployment.stream.push(eventOf("app-1", "process.exited", { ...dead, name: "other" }));
  deployment.stream.push(eventOf("app-1", "process.exited", dead));
  expect(await injected.verify()).toEqual({
    active: true,
    evidence: "app-1: app ended by SIGKILL",
  });
});

test("a process that ended in another way was not killed", async () => {
  const deployment = new FakeDeployment(topology);
  const prepared = await killProcess(node("app-1"), "app").prepare(deployment);
  const injected = await prepared.inject({ journal: new FakeJournal() });
  const exit = { name: "app", code: 0, signal: null };
  deployment.stream.push(eventOf("app-1", "process.exited", exit));
  expect(await injected.verify()).toEqual({
    active: false,
    evidence: "app-1: app ended by code 0",
  });
});

test("a node that still runs, or is still connected, is not dead", async () => {
  const deployment = new FakeDeployment(topology);
  const prepared = await killNode(node("app-1"), { silent: true }).prepare(deployment);
  const injected = await prepared.inject({ journal: new FakeJournal() });
  const seen = [
    { running: 1, stopped: 0, connected: false, active: false },
    { running: 0, stopped: 0, connected: true, active: false },
    { running: 0, stopped: 0, connected: false, active: true },
  ];
  for (const { active, ...inspection } of seen) {
    deployment.inspections.set("app-1", inspection);
    expect((await injected.verify()).active).toBe(active);
  }
  expect(deployment.calls).toEqual(["silent-kill app-1"]);
});

test("a fault that fails half way is undone, and its own error is told", async () => {
  const deployment = new FakeDeployment(topology);
  deployment.failing.set("kill app-1", new Error("half dead"));
  const journal = new FakeJournal();
  const prepared = await killNode(node("app-1"), { silent: false }).prepare(deployment);
  await expect(prepared.inject({ journal })).rejects.toThrow("half dead");
  expect(deployment.calls).toEqual(["kill app-1", "start app-1"]);
  expect(journal.lines).toEqual(["intent", "done"]);
});
