import { expect, test, vi } from "vitest";
import type { Deployment } from "../../../chaos/environment/environment.ts";
import { delayPackets } from "../../../chaos/faults/delay-packets.ts";
import { FaultError, type Fault } from "../../../chaos/faults/fault.ts";
import { dropPort, losePackets, partition } from "../../../chaos/faults/packet-faults.ts";
import { pauseWrites } from "../../../chaos/faults/pause-writes.ts";
import { resetConnections } from "../../../chaos/faults/reset-connections.ts";
import { starveCpu } from "../../../chaos/faults/starve-cpu.ts";
import { node } from "../../../chaos/faults/target.ts";
import { FakeJournal } from "./fake-deployment.ts";
import { faultContract } from "./fault-contract.ts";
import { MUCH, seenByClient, STORE_PORT } from "./linked-topology.ts";

const STORE = node("store");
const TO_STORE = { node: "store", port: STORE_PORT };
const PATIENCE = { timeout: 15_000, interval: 20 };

const storeIsSilent = async (deployment: Deployment): Promise<boolean> => {
  const { outcome, bytes } = await seenByClient(deployment, { ...TO_STORE, ...MUCH });
  return outcome === "silent" && bytes === 0;
};
const writesAreHeld = async (deployment: Deployment): Promise<boolean> => {
  const send = "SET one two\r\nQUIT\r\n";
  return (await seenByClient(deployment, { ...TO_STORE, send })).outcome === "silent";
};

const CASES: readonly (readonly [Fault, (deployment: Deployment) => Promise<boolean>, RegExp])[] = [
  [dropPort(STORE, { port: STORE_PORT }), storeIsSilent, /^store: its rules dropped \d+ packets$/],
  [losePackets(STORE, { share: 1 }), storeIsSilent, /^store: its rules dropped \d+ packets$/],
  [partition(STORE, ["client"]), storeIsSilent, /^store: its rules dropped \d+ packets$/],
  [
    starveCpu(STORE, { loops: 1 }),
    async (deployment) => await isBusy(deployment),
    /^store: 1 of 1 busy loops have had the processor$/,
  ],
  [pauseWrites(STORE), writesAreHeld, /^store: a write was held for 300 ms, a read answered$/],
];

/** Whether a busy loop runs on the store, by its name, which is written so that it does not find itself. */
const isBusy = async (deployment: Deployment): Promise<boolean> => {
  const lines: string[] = [];
  const script = 'grep -la "evenkeel-bus[y]" /proc/[0-9]*/cmdline';
  const program = await deployment
    .node("store")
    .spawn(["sh", "-c", script], { onStdout: (line) => lines.push(line) });
  await program.exited;
  return lines.length > 0;
};

/** Holds a connection open to the store, and prints how it ends. It has to run where only Node is. */
const HOLDER = `
const [, host, port] = process.argv;
const socket = require("node:net").connect({ host, port: Number(port) }, () => socket.write("PING\\r\\n"));
socket.on("data", () => console.log("open"));
socket.on("error", (error) => console.log(error.code));
socket.on("close", () => process.exit());
`;

/** What faults of a node's network must do on a deployment of `linkedTopology`. */
export function nodeNetworkContract(deploymentOf: () => Deployment): void {
  for (const [fault, active, evidence] of CASES) {
    faultContract(deploymentOf, { fault, active, evidence });
  }

  test("a silent port leaves others alone, and a partition other nodes", async () => {
    const deployment = deploymentOf();
    const faults = [
      dropPort(STORE, { port: STORE_PORT + 1 }),
      dropPort(STORE, { port: STORE_PORT, protocol: "udp" }),
      partition(STORE, ["faults"]),
    ];
    await using injected = new AsyncDisposableStack();
    for (const fault of faults) {
      const prepared = injected.use(await fault.prepare(deployment));
      const one = injected.use(await prepared.inject({ journal: new FakeJournal() }));
      expect((await one.verify()).active).toBe(true);
    }
    expect(await storeIsSilent(deployment)).toBe(false);
  });

  test("two of a kind on one node are both there, and each is healed by itself", async () => {
    const deployment = deploymentOf();
    await using injected = new AsyncDisposableStack();
    const inject = async (fault: Fault) => {
      const prepared = injected.use(await fault.prepare(deployment));
      return injected.use(await prepared.inject({ journal: new FakeJournal() }));
    };
    const [first, second] = [
      await inject(dropPort(STORE, { port: STORE_PORT })),
      await inject(dropPort(STORE, { port: STORE_PORT })),
    ];
    await second.heal();
    expect(await storeIsSilent(deployment)).toBe(true);
    expect((await first.verify()).active).toBe(true);
    await first.heal();
    expect(await storeIsSilent(deployment)).toBe(false);
    const [few, many] = [
      await inject(starveCpu(STORE, { loops: 1 })),
      await inject(starveCpu(STORE, { loops: 2 })),
    ];
    expect(await many.verify()).toMatchObject({ active: true });
    await many.heal();
    expect(await few.verify()).toMatchObject({ active: true });
    await few.heal();
    expect(await isBusy(deployment)).toBe(false);
  });

  test("a share of the packets is lost, and what is left gets through", async () => {
    const deployment = deploymentOf();
    await using prepared = await losePackets(STORE, { share: 0.2 }).prepare(deployment);
    await using injected = await prepared.inject({ journal: new FakeJournal() });
    const looks = async (): Promise<boolean> => {
      await storeIsSilent(deployment);
      return /dropped [1-9]\d* packets/.test((await injected.verify()).evidence);
    };
    await vi.waitUntil(looks, { ...PATIENCE, timeout: 25_000 });
    await vi.waitUntil(async () => !(await storeIsSilent(deployment)), PATIENCE);
  });

  test("whoever prepared a fault and let go of it leaves nothing, healed or not", async () => {
    const deployment = deploymentOf();
    const prepared = await dropPort(STORE, { port: STORE_PORT }).prepare(deployment);
    await prepared.inject({ journal: new FakeJournal() });
    expect(await storeIsSilent(deployment)).toBe(true);
    await prepared[Symbol.asyncDispose]();
    expect(await storeIsSilent(deployment)).toBe(false);
  });

  test("a fault is healed on a node that died meanwhile, and one that was started again", async () => {
    const deployment = deploymentOf();
    const store = deployment.node("store");
    await using prepared = await dropPort(STORE, { port: STORE_PORT }).prepare(deployment);
    const injected = await prepared.inject({ journal: new FakeJournal() });
    await store.kill();
    await injected.heal();
    await store.start();
    expect(await storeIsSilent(deployment)).toBe(false);
    await using again = await dropPort(STORE, { port: STORE_PORT }).prepare(deployment);
    const second = await again.inject({ journal: new FakeJournal() });
    await store.kill();
    await store.start();
    await second.heal();
    expect(await storeIsSilent(deployment)).toBe(false);
  });

  test("connections that are open are reset at both ends, and new ones are not", async () => {
    const deployment = deploymentOf();
    const host = deployment.topology.nodes.find(({ id }) => id === "store")?.address ?? "";
    const lines: string[] = [];
    const argv = ["node", "-e", HOLDER, host, String(STORE_PORT)];
    const holder = await deployment
      .node("client")
      .spawn(argv, { onStdout: (line) => lines.push(line) });
    await vi.waitUntil(() => lines.length > 0, PATIENCE);
    const fault = resetConnections(STORE, { port: STORE_PORT });
    fault.check(deployment.topology);
    await using prepared = await fault.prepare(deployment);
    const atNs = process.hrtime.bigint() + 100_000_000n;
    const injected = await prepared.inject({ journal: new FakeJournal(), atNs });
    expect(injected.moment.monotonicNs).toBeGreaterThanOrEqual(atNs);
    expect(await injected.verify()).toEqual({
      active: true,
      evidence: `store: 1 connections of port ${STORE_PORT} were reset`,
    });
    await holder.exited;
    expect(lines).toEqual(["open", "ECONNRESET"]);
    expect(await storeIsSilent(deployment)).toBe(false);
    expect(await injected.heal()).toBe(await injected.heal());
    // Nothing is open any more, so a second time proves nothing.
    const again = await prepared.inject({ journal: new FakeJournal() });
    expect((await again.verify()).active).toBe(false);
  });

  test("loops that nobody ends end by themselves", async () => {
    const deployment = deploymentOf();
    const prepared = await starveCpu(STORE, { loops: 1, atMostMs: 4_000 }).prepare(deployment);
    const injected = await prepared.inject({ journal: new FakeJournal() });
    expect((await injected.verify()).active).toBe(true);
    await vi.waitUntil(async () => !(await isBusy(deployment)), PATIENCE);
    expect((await injected.verify()).active).toBe(false);
    await injected.heal();
    await prepared[Symbol.asyncDispose]();
  });

  test("a delay of packets is seen by who waits, or is refused for a kernel that has none", async () => {
    const deployment = deploymentOf();
    const fault = delayPackets(STORE, { delayMs: 1_200 });
    const prepared = await fault.prepare(deployment).catch((error: unknown) => error as FaultError);
    const took = await tookToConnect(deployment, prepared);
    expect(took).toMatch(/^slow for as long as it was in force$|cannot have the fault.*sch_netem/);
  });
}

/** How long the store's answer took under the fault, in words, or why it cannot be had. */
async function tookToConnect(
  deployment: Deployment,
  prepared: Awaited<ReturnType<Fault["prepare"]>> | FaultError,
): Promise<string> {
  if (prepared instanceof FaultError) return prepared.message;
  await using held = prepared;
  const injected = await held.inject({ journal: new FakeJournal() });
  const { active } = await injected.verify();
  const during = await seenByClient(deployment, { ...TO_STORE, ...MUCH });
  await injected.heal();
  const after = await seenByClient(deployment, { ...TO_STORE, ...MUCH });
  const isSlow = during.tookMs >= 2_300 && (after.firstMs ?? Infinity) < 1_200;
  return active && isSlow ? "slow for as long as it was in force" : JSON.stringify([during, after]);
}
