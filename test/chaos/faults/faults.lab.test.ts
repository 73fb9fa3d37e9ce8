import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Deployment } from "../../../chaos/environment/environment.ts";
import { NamespaceEnvironment } from "../../../chaos/environment/namespace/namespace-environment.ts";
import { killNode } from "../../../chaos/faults/kill-node.ts";
import { killProcess } from "../../../chaos/faults/kill-process.ts";
import { deafToVrrp } from "../../../chaos/faults/packet-faults.ts";
import { injectAll } from "../../../chaos/faults/schedule.ts";
import { splitBrain } from "../../../chaos/faults/split-brain.ts";
import { stallLink } from "../../../chaos/faults/stall-link.ts";
import { stopNode } from "../../../chaos/faults/stop-node.ts";
import { rollingRestart } from "../../../chaos/faults/steps.ts";
import { addressOwner, node, ownerOfAddress } from "../../../chaos/faults/target.ts";
import { nodeOf } from "../../../stacks/topology.ts";
import { activePassive } from "../../../stacks/topologies/active-passive.ts";
import { Watch } from "../environment/watch.ts";
import { FakeJournal } from "./fake-deployment.ts";
import { faultContract } from "./fault-contract.ts";
import { toxiproxyMissing } from "./toxiproxy-server.ts";

const { topology, pool } = activePassive();
const link = pool.sessionFaults;
if (link === undefined) throw new RangeError("The session store has no fault point.");

const PATIENCE = { timeout: 15_000, interval: 20 };

let directory = "";
let deployment: Deployment;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "evenkeel-faults-"));
  deployment = await new NamespaceEnvironment({ logDirectory: directory }).deploy(topology);
});
// Healed is a node that runs again: the address that it had may still be on its way to the other.
beforeEach(() => vi.waitUntil(() => ownerOfAddress(deployment) !== null, PATIENCE));
afterAll(async () => {
  // Undefined when `deploy` failed.
  await (deployment as Deployment | undefined)?.[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

const dead = async (deployed: Deployment, id: string): Promise<boolean> =>
  (await deployed.node(id).inspect()).running === 0;

/** Whether the client is answered by a port, on a connection of its own. */
const answers = async (
  deployed: Deployment,
  target: { readonly host: string; readonly port: number },
  ask?: string,
): Promise<boolean> => {
  await using watch = await Watch.start(deployed.node("client"), target, ask);
  return watch.attempts[0]?.answer === "answered";
};

faultContract(() => deployment, {
  fault: killNode(node("app-1"), { silent: false }),
  active: dead,
  evidence: /^app-1: 0 processes run, link cut$/,
});

faultContract(() => deployment, {
  fault: killNode(addressOwner, { silent: true }),
  active: dead,
  evidence: /^lb-[ab]: 0 processes run, link cut$/,
});

faultContract(() => deployment, {
  fault: stopNode(addressOwner, { graceMs: 20_000 }),
  active: dead,
  evidence: /^lb-[ab] told "(?:vrrp\.fault|balancer\.draining|process\.exited)" at \d+ ns$/,
});

faultContract(() => deployment, {
  fault: stopNode(node("app-2"), { graceMs: 20_000 }),
  active: dead,
  evidence: /^app-2 told "process\.exited" at \d+ ns$/,
});

faultContract(() => deployment, {
  fault: killProcess(node("app-3"), nodeOf(topology, "app-3").processes[0]?.name ?? ""),
  active: async (deployed) =>
    !(await answers(deployed, { host: nodeOf(topology, "app-3").address, port: 8080 })),
  evidence: /^app-3: \S+ ended by SIGKILL$/,
});

faultContract(() => deployment, {
  fault: stallLink(link.id, { send: "PING\r\n" }),
  active: async (deployed) =>
    !(await answers(
      deployed,
      { host: link.endpoint.address, port: link.endpoint.port },
      "PING\r\n",
    )),
  evidence: /canary through \S+: answered .* before, silent for \d{3,4} ms during the fault/,
  missing: toxiproxyMissing(),
});

/** Balancers whose interface has the floating address, by the kernel's own word. */
const holders = async (deployed: Deployment): Promise<readonly string[]> => {
  const address = topology.virtualAddress?.address ?? "";
  const found: string[] = [];
  for (const id of ["lb-a", "lb-b"]) {
    const lines: string[] = [];
    const argv = ["ip", "-o", "address", "show", "dev", "eth0"];
    const program = await deployed.node(id).spawn(argv, { onStdout: (line) => lines.push(line) });
    await program.exited;
    if (lines.some((line) => line.includes(`${address}/`))) found.push(id);
  }
  return found;
};

test("balancers that do not hear each other both hold the address, and one gives it up when they do", async () => {
  const fault = splitBrain(["lb-a", "lb-b"]);
  fault.check(topology);
  expect(fault.title).toBe("split brain of lb-a and lb-b");
  expect(fault.targets(topology)).toEqual(["lb-a", "lb-b"]);
  await vi.waitUntil(async () => (await holders(deployment)).length === 1, PATIENCE);
  const journal = new FakeJournal();
  await using prepared = await fault.prepare(deployment);
  const atNs = process.hrtime.bigint() + 150_000_000n;
  const injected = await prepared.inject({ journal, atNs });
  const { monotonicNs, uncertaintyNs } = injected.moment;
  expect(monotonicNs + uncertaintyNs).toBeGreaterThanOrEqual(atNs);
  expect(await injected.verify()).toEqual({
    active: true,
    evidence: "the floating address is held by lb-a and lb-b",
  });
  expect(await holders(deployment)).toEqual(["lb-a", "lb-b"]);
  expect(journal.intents.map(({ target }) => target).toSorted()).toEqual(["lb-a", "lb-b"]);
  expect(await injected.heal()).toBe(await injected.heal());
  expect(journal.lines.filter((line) => line === "done")).toHaveLength(2);
  await vi.waitUntil(async () => (await holders(deployment)).length === 1, PATIENCE);
  expect(deployment.lost.reason).toBeUndefined();
});

test("a master that is deaf to adverts that nobody sends proves nothing", async () => {
  await vi.waitUntil(async () => (await holders(deployment)).length === 1, PATIENCE);
  const [master] = await holders(deployment);
  const backup = deployment.node(master === "lb-a" ? "lb-b" : "lb-a");
  // A backup whose machine stood still takes the silence for a death, and sends.
  await backup.pauseProcess("keepalived");
  try {
    await using prepared = await deafToVrrp(addressOwner).prepare(deployment);
    await using injected = await prepared.inject({ journal: new FakeJournal() });
    const { active, evidence } = await injected.verify();
    expect([active, evidence]).toEqual([false, expect.stringMatching(/dropped 0 packets$/)]);
  } finally {
    await backup.resumeProcess("keepalived");
  }
});

test("in a rolling restart, a node ends only when the one before it is ready again", async () => {
  const steps = rollingRestart([node("app-1"), node("app-2"), node("app-1")], { graceMs: 20_000 });
  await using preparations = new AsyncDisposableStack();
  const prepared = [];
  for (const step of steps) {
    const fault = preparations.use(await step.fault.prepare(deployment));
    prepared.push({ step, fault });
  }
  const beginNs = process.hrtime.bigint();
  const { faults } = await injectAll(
    {
      heartbeat: undefined,
      phaseFraction: 0,
      journal: new FakeJournal(),
      signal: new AbortController().signal,
      onHealing: () => undefined,
    },
    deployment,
    prepared,
  );
  expect(faults.map(({ target, verified }) => [target, verified.active])).toEqual([
    ["app-1", true],
    ["app-2", true],
    ["app-1", true],
  ]);
  const told = deployment
    .events()
    .filter(({ type, monotonicNs }) => type === "node.ready" && BigInt(monotonicNs) > beginNs);
  expect(told.map((event) => event.node)).toEqual(["app-1", "app-2", "app-1"]);
  const readyNs = told.map(({ monotonicNs }) => BigInt(monotonicNs));
  expect(
    faults.slice(1).map(({ injectedNs }, index) => BigInt(injectedNs) > (readyNs[index] ?? 0n)),
  ).toEqual([true, true]);
});
