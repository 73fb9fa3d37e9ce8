import { expect, test } from "vitest";
import type { Deployment } from "../../../chaos/environment/environment.ts";
import { behave } from "../../../chaos/faults/behave.ts";
import { CallClient, type Call, type Called } from "../../../chaos/faults/call/call-client.ts";
import type { Fault } from "../../../chaos/faults/fault.ts";
import { flapping } from "../../../chaos/faults/flapping.ts";
import {
  coldBackend,
  fast5xx,
  hungService,
  leavingBackend,
  resettingService,
  slowBackend,
  unreadyService,
} from "../../../chaos/faults/misbehaviours.ts";
import { isolateNode } from "../../../chaos/faults/isolate-node.ts";
import { pauseNode } from "../../../chaos/faults/pause-node.ts";
import { pauseProcess } from "../../../chaos/faults/pause-process.ts";
import { injectAll, type PreparedStep } from "../../../chaos/faults/schedule.ts";
import { node } from "../../../chaos/faults/target.ts";
import { parseTopology, type Topology } from "../../../stacks/topology.ts";
import { FakeJournal } from "./fake-deployment.ts";
import { faultContract } from "./fault-contract.ts";

const APP = "198.18.7.21";
const PORT = 8080;
/** What takes so long is slow; nothing else does, even on a busy machine. */
const SLOW_MS = 1_500;

/** A backend that can be told how to behave, and a client that sees it from outside. */
export function misbehavingTopology(): Topology {
  const common = { prefixLength: 24 };
  return parseTopology({
    schema: "evenkeel.topology/1",
    id: "small",
    subnet: "198.18.7.0/24",
    nodes: [
      {
        ...common,
        id: "app-1",
        role: "backend",
        group: "app",
        address: APP,
        processes: [
          {
            name: "web",
            argv: [
              ...["evenkeel-backend", `--port=${PORT}`, "--control=/run/evenkeel/backend.sock"],
              "--log=/run/evenkeel/log/requests.ndjson",
            ],
            readiness: {
              kind: "http",
              port: PORT,
              path: "/healthz",
              status: 200,
              deadlineMs: 15_000,
            },
          },
        ],
      },
      { ...common, id: "client", role: "client", group: "client", address: "198.18.7.51" },
    ],
  });
}

/** How a request from the client ends. */
async function seen(deployment: Deployment, call: Omit<Call, "to">): Promise<Called> {
  const host = deployment.topology.nodes.find(({ id }) => id === "app-1")?.address ?? "";
  await using client = await CallClient.start(deployment.node("client"));
  return await client.call({ to: { host, port: PORT }, ...call });
}

const statusOf =
  (path: string, status: number) =>
  async (deployment: Deployment): Promise<boolean> =>
    (await seen(deployment, { path })).status === status;

const isSilent = async (deployment: Deployment): Promise<boolean> =>
  (await seen(deployment, { path: "/", withinMs: 2_000 })).outcome === "silent";

const isSlow = async (deployment: Deployment): Promise<boolean> => {
  const headers = { "x-evenkeel-service-ms": "10" };
  return (await seen(deployment, { path: "/", headers })).tookMs >= SLOW_MS;
};

const APP_1 = node("app-1");
const IN_FORCE = "app-1: its behaviour is in force; ";

const CASES: readonly (readonly [Fault, (deployment: Deployment) => Promise<boolean>, RegExp])[] = [
  [fast5xx(APP_1), statusOf("/", 500), new RegExp(`${IN_FORCE}GET /: answered 500 after`)],
  [
    fast5xx(APP_1, { status: 502, share: 0.9 }),
    async (deployment) => {
      const looks = Array.from({ length: 5 }, () => statusOf("/", 502)(deployment));
      return (await Promise.all(looks)).includes(true);
    },
    new RegExp(`${IN_FORCE}GET /: answered 502`),
  ],
  [
    slowBackend(APP_1, { serviceMs: SLOW_MS }),
    isSlow,
    new RegExp(`${IN_FORCE}GET /: silent \\(no answer within 300 ms\\)`),
  ],
  [coldBackend(APP_1, { coldRequests: 1_000, factor: SLOW_MS / 10 }), isSlow, /no look would/],
  [hungService(APP_1), isSilent, new RegExp(`${IN_FORCE}GET /: silent`)],
  [
    resettingService(APP_1),
    async (deployment) => (await seen(deployment, { path: "/" })).outcome === "broken",
    new RegExp(`${IN_FORCE}GET /: broken`),
  ],
  [unreadyService(APP_1), statusOf("/readyz", 503), new RegExp(`${IN_FORCE}GET /: answered 503`)],
  [leavingBackend(APP_1), statusOf("/readyz", 404), /GET \/readyz: answered 404/],
  [behave(APP_1, { livez: false }), statusOf("/livez", 503), /GET \/livez: answered 503/],
  [pauseProcess(APP_1, "web"), isSilent, /^app-1: [1-9]\d* processes are frozen, \d+ run$/],
  [pauseNode(APP_1), isSilent, /^app-1: [1-9]\d* processes are frozen, 0 run$/],
  [isolateNode(APP_1), isSilent, /^app-1: [1-9]\d* processes run, link cut$/],
];

/** What every misbehaviour must do on a deployment of `misbehavingTopology`. */
export function misbehaviourContract(deploymentOf: () => Deployment): void {
  for (const [fault, active, evidence] of CASES) {
    faultContract(deploymentOf, { fault, active, evidence });
  }

  test("a backend that flaps is hurt, seen and healed each time, one time after the other", async () => {
    const deployment = deploymentOf();
    const steps = flapping(unreadyService(APP_1), { downMs: 150, upMs: 100, times: 3 });
    await using prepared = new AsyncDisposableStack();
    const ready: PreparedStep[] = [];
    for (const step of steps) {
      ready.push({ step, fault: prepared.use(await step.fault.prepare(deployment)) });
    }
    const setting = {
      ...{ heartbeat: undefined, phaseFraction: 0, journal: new FakeJournal() },
      ...{ signal: new AbortController().signal, onHealing: () => undefined },
    };
    const { faults } = await injectAll(setting, deployment, ready);
    expect(faults.map(({ verified }) => verified.active)).toEqual([true, true, true]);
    const times = faults.flatMap(({ injectedNs, healedNs }) => [injectedNs, healedNs ?? "0"]);
    const gaps = times
      .slice(1)
      .map((time, n) => Number(BigInt(time) - BigInt(times[n] ?? "0")) / 1e6);
    for (const [n, gap] of gaps.entries()) {
      // A timer may fire within the millisecond before.
      expect(gap).toBeGreaterThanOrEqual([149, 99][n % 2] ?? 0);
    }
    expect((await seen(deployment, { path: "/readyz" })).status).toBe(200);
  });

  test("a misbehaviour ends with its process, and its healing then asks nobody", async () => {
    const deployment = deploymentOf();
    const app = deployment.node("app-1");
    await using prepared = await fast5xx(APP_1).prepare(deployment);
    const injected = await prepared.inject({ journal: new FakeJournal() });
    await app.killProcess("web");
    await injected.heal();
    await app.kill();
    await app.start();
    expect((await seen(deployment, { path: "/" })).status).toBe(200);
  });

  test("a misbehaviour is healed on a node that died, and on one that was started again", async () => {
    const deployment = deploymentOf();
    const app = deployment.node("app-1");
    await using prepared = await fast5xx(APP_1).prepare(deployment);
    const injected = await prepared.inject({ journal: new FakeJournal() });
    await app.kill();
    const { monotonicNs } = await injected.heal();
    expect(monotonicNs).toBeGreaterThan(injected.moment.monotonicNs);
    await app.start();
    await using again = await fast5xx(APP_1).prepare(deployment);
    const second = await again.inject({ journal: new FakeJournal() });
    await app.kill();
    await app.start();
    expect((await second.verify().catch(() => ({ active: false }))).active).toBe(false);
    await second.heal();
    expect((await seen(deployment, { path: "/" })).status).toBe(200);
  });
}
