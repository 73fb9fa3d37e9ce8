import { expect, test, vi } from "vitest";
import type { ConfigInput } from "../../../balancer/index.ts";
import type { Deployment } from "../../../chaos/environment/environment.ts";
import { CallClient } from "../../../chaos/faults/call/call-client.ts";
import type { Fault } from "../../../chaos/faults/fault.ts";
import { fast5xx } from "../../../chaos/faults/misbehaviours.ts";
import { applyConfigs } from "../../../chaos/faults/apply-configs.ts";
import { applyConfig, disableBackend, drainBackend } from "../../../chaos/faults/operations.ts";
import { signalProcess } from "../../../chaos/faults/signal-process.ts";
import { node } from "../../../chaos/faults/target.ts";
import { undoInNodes } from "../../../chaos/faults/undo-in-nodes.ts";
import { nodeOf, type Topology } from "../../../stacks/topology.ts";
import { single } from "../../../stacks/topologies/single.ts";
import { FakeJournal } from "./fake-deployment.ts";
import { faultContract } from "./fault-contract.ts";

const parts = single({ id: "small", subnet: "198.18.7.0/24", count: 2 });
const LB = node(parts.balancer.id);
const [FIRST, SECOND] = parts.pool.nodes.map(({ id }) => id);
const NAME = { pool: parts.pool.id, backend: FIRST ?? "" };
const PATIENCE = { timeout: 15_000, interval: 20 };

/** A balancer with two backends, and a client that sees who answers. */
export const operatedTopology: Topology = parts.topology;

/** Who answers requests through the balancer with 200. */
async function servers(deployment: Deployment): Promise<ReadonlySet<string | undefined>> {
  const host = nodeOf(deployment.topology, parts.balancer.id).address;
  await using client = await CallClient.start(deployment.node(parts.client.id));
  const to = { host, port: parts.listener.port };
  const calls = Array.from({ length: 8 }, () => client.call({ to, path: "/" }));
  const served = (await Promise.all(calls)).filter(({ status }) => status === 200);
  return new Set(served.map(({ headers }) => headers["x-evenkeel-node"]));
}

/** Whether requests reach no longer the first backend but the other one alone. */
async function firstIsLeftOut(deployment: Deployment): Promise<boolean> {
  const seen = await servers(deployment);
  return seen.has(SECOND) && !seen.has(FIRST);
}

async function bothServe(deployment: Deployment): Promise<boolean> {
  return (await servers(deployment)).size === 2;
}

const without = (document: ConfigInput, backend: string | undefined): ConfigInput => ({
  ...document,
  pools: document.pools.map((pool) => ({
    ...pool,
    backends: pool.backends.filter(({ id }) => id !== backend),
  })),
});

const withoutFirst = applyConfig(LB, "one backend less", (document) => without(document, FIRST));

const CASES: readonly (readonly [Fault, RegExp])[] = [
  [drainBackend(LB, NAME), /^GET \/pools told app-1 draining$/],
  [drainBackend(LB, NAME, { deadlineMs: 0 }), /^GET \/pools told app-1 draining$/],
  [drainBackend(LB, NAME, { deadlineMs: "none" }), /^GET \/pools told app-1 draining$/],
  [disableBackend(LB, NAME), /^GET \/pools told app-1 disabled$/],
  [
    applyConfigs(LB, {
      title: "members",
      everyMs: 20,
      changes: [(document) => document, (document) => without(document, FIRST)],
    }),
    /^lb answered that it applied 2 of 2 configurations$/,
  ],
  [withoutFirst, /^GET \/config\/source told the new configuration$/],
];

/** What every operator's action must do on a deployment of `operatedTopology`. */
export function operationContract(deploymentOf: () => Deployment): void {
  for (const [fault, evidence] of CASES) {
    faultContract(deploymentOf, { fault, active: firstIsLeftOut, evidence });
  }

  test("a signal to a balancer is proven by what it tells, and leaves nothing to heal", async () => {
    const deployment = deploymentOf();
    const fault = signalProcess(LB, "balancer", "SIGHUP", "config.applied");
    fault.check(deployment.topology);
    await using prepared = await fault.prepare(deployment);
    // As whoever was given another configuration: it reads its own again.
    await using changed = await withoutFirst.prepare(deployment);
    await changed.inject({ journal: new FakeJournal() });
    const journal = new FakeJournal();
    const injected = await prepared.inject({ journal, atNs: process.hrtime.bigint() });
    const seen = await injected.verify();
    expect(seen.evidence).toMatch(/^lb told "config\.applied" at \d+ ns$/);
    expect(seen.active).toBe(true);
    await vi.waitUntil(async () => !(await firstIsLeftOut(deployment)), PATIENCE);
    await injected.heal();
    expect(journal.lines).toEqual(["intent", "done"]);
  });

  test("what a balancer refuses is told, and the balancer goes on as before", async () => {
    const deployment = deploymentOf();
    const refused = applyConfig(LB, "a listener on a port that is taken", (document) => ({
      ...document,
      listeners: document.listeners.map((listener) => ({ ...listener, address: "203.0.113.1" })),
    }));
    await using prepared = await refused.prepare(deployment);
    await expect(prepared.inject({ journal: new FakeJournal() })).rejects.toThrow(
      /node lb: POST \/config was answered 4\d\d: .*203\.0\.113\.1/s,
    );
    expect(await firstIsLeftOut(deployment)).toBe(false);
  });

  test("whatever was told to programs is undone without knowing what it was", async () => {
    const deployment = deploymentOf();
    const drained = drainBackend(LB, { ...NAME, backend: SECOND ?? "" });
    for (const fault of [withoutFirst, drained, fast5xx(node(SECOND ?? ""))]) {
      await using prepared = await fault.prepare(deployment);
      await prepared.inject({ journal: new FakeJournal() });
    }
    const undo = () => undoInNodes(deployment.topology, (id) => deployment.node(id));
    await undo();
    await vi.waitUntil(() => bothServe(deployment), PATIENCE);
    await using prepared = await disableBackend(LB, NAME).prepare(deployment);
    await prepared.inject({ journal: new FakeJournal() });
    await undo();
    expect(await bothServe(deployment)).toBe(true);
    await undo();
  });

  test("a balancer that was started again has forgotten it, and healing knows that", async () => {
    const deployment = deploymentOf();
    const lb = deployment.node(parts.balancer.id);
    await using prepared = await disableBackend(LB, NAME).prepare(deployment);
    const injected = await prepared.inject({ journal: new FakeJournal() });
    await lb.kill();
    await injected.heal();
    await lb.start();
    expect(await firstIsLeftOut(deployment)).toBe(false);
  });
}
