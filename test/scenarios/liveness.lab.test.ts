import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Deployment, TimelineEvent } from "../../chaos/environment/environment.ts";
import { NamespaceEnvironment } from "../../chaos/environment/namespace/namespace-environment.ts";
import type { BackendPoolProps } from "../../stacks/constructs/backend-pool.ts";
import { Duration } from "../../stacks/constructs/duration.ts";
import { HealthCheck } from "../../stacks/constructs/health-check.ts";
import { single } from "../../stacks/topologies/single.ts";

const logDirectory = mkdtempSync(join(tmpdir(), "evenkeel-liveness-"));
afterAll(() => rmSync(logDirectory, { recursive: true, force: true }));

const CONTROL = "/run/evenkeel/backend.sock";
const DEADLINE_MS = 30_000;

/** Requests without end, one every 25 ms, and for each answer when it came and from whom. */
const LOAD = `
  const { request } = require("node:http");
  const [host, port] = process.argv.slice(1);
  setInterval(() => {
    const sent = request({ host, port, agent: false, timeout: 5000 }, (response) => {
      response.resume();
      console.log(process.hrtime.bigint() + " " + response.headers["x-evenkeel-node"]);
    });
    sent.on("timeout", () => sent.destroy());
    sent.on("error", () => {});
    sent.end();
  }, 25);`;

/** Makes the sample application of a node hang, checks and all. */
const HANG = `
  const { request } = require("node:http");
  const sent = request({ socketPath: "${CONTROL}", path: "/behaviour", method: "POST" }, (response) => {
    response.resume();
    console.log("told " + response.statusCode);
  });
  sent.end(JSON.stringify({ hang: true, checks: true }));`;

interface Answer {
  readonly atNs: bigint;
  readonly node: string;
}

/** A balancer before two backends, under load. */
async function underLoad(props: BackendPoolProps) {
  const parts = single({
    count: 2,
    healthCheck: HealthCheck.http({
      interval: Duration.millis(200),
      timeout: Duration.millis(200),
    }),
    timeouts: { response: Duration.seconds(1) },
    ...props,
  });
  const stack = new AsyncDisposableStack();
  const deployment = stack.use(
    await new NamespaceEnvironment({ logDirectory }).deploy(parts.topology),
  );
  const answers: Answer[] = [];
  const { nodes, listeners } = parts.topology;
  const address = nodes.find(({ role }) => role === "balancer")?.address ?? "";
  const port = listeners[0]?.port;
  const load = await deployment
    .node("client")
    .spawn([process.execPath, "-e", LOAD, address, String(port)], {
      onStdout: (line) => {
        const [atNs = "0", node = ""] = line.split(" ");
        answers.push({ atNs: BigInt(atNs), node });
      },
    });
  stack.defer(() => load.kill("SIGKILL"));
  const answered = (node: string, sinceNs: bigint) =>
    until(() => answers.some((answer) => answer.node === node && answer.atNs > sinceNs));
  return { deployment, answers, answered, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

const told = (deployment: Deployment, node: string, type: string): TimelineEvent[] =>
  deployment
    .events()
    .filter(
      (event) =>
        event.type === type &&
        event.node === node &&
        (event.data["name"] === undefined || event.data["name"] === "backend"),
    );

const nsOf = (event: TimelineEvent | undefined): bigint => BigInt(event?.monotonicNs ?? "0");

/** Waits until the agent of a node has restarted its backend. */
const restarted = (deployment: Deployment, node: string) =>
  deployment.waitForEvent((event) => event.type === "process.restarted" && event.node === node, {
    deadlineMs: DEADLINE_MS,
    waitingFor: `a restart on ${node}`,
    node,
  });

test("a backend that hangs is restarted once, gets nothing while it boots, and serves again", async () => {
  await using lab = await underLoad({
    bootDelay: Duration.seconds(2),
    liveness: { interval: Duration.millis(250), timeout: Duration.millis(750), failures: 3 },
  });
  const { deployment, answers, answered } = lab;
  // A boot of eight intervals was no death.
  expect(told(deployment, "app-1", "process.started")).toHaveLength(1);
  await answered("app-1", 0n);
  await answered("app-2", 0n);

  await deployment.node("app-1").pauseProcess("backend");
  await restarted(deployment, "app-1");
  const said: string[] = [];
  await deployment
    .node("app-2")
    .spawn([process.execPath, "-e", HANG], { onStdout: (line) => said.push(line) });
  await restarted(deployment, "app-2");
  expect(said).toEqual(["told 200"]);

  for (const node of ["app-1", "app-2"]) {
    const [, began] = told(deployment, node, "process.started").map(nsOf);
    const [, ready = 0n] = told(deployment, node, "process.ready").map(nsOf);
    await answered(node, ready);
    expect(Number(ready - (began ?? 0n)) / 1e6).toBeGreaterThanOrEqual(2_000);
    const early = answers.filter(
      (answer) => answer.node === node && answer.atNs > (began ?? 0n) && answer.atNs < ready,
    );
    expect(early).toEqual([]);
    expect(told(deployment, node, "process.liveness-failed")).toHaveLength(1);
    expect(told(deployment, node, "process.restarted")).toHaveLength(1);
    expect(told(deployment, node, "process.started")).toHaveLength(2);
  }
});

test("without liveness it is taken out, and hangs on", async () => {
  await using lab = await underLoad({});
  const { deployment, answered } = lab;
  await answered("app-1", 0n);
  const frozen = await deployment.node("app-1").pauseProcess("backend");
  const failures = () =>
    told(deployment, "lb", "check.end").filter(
      (event) =>
        event.data["backend"] === "app-1" &&
        event.data["result"] === "timeout" &&
        nsOf(event) > frozen.monotonicNs,
    );
  await until(() => failures().length >= 15);
  // A machine that stood still may have cost either of them checks before.
  const lastWordOf = (backend: string) =>
    deployment
      .events()
      .filter(({ type }) => type === "backend.unhealthy" || type === "backend.healthy")
      .findLast(({ data }) => data["backend"] === backend)?.type;
  expect(lastWordOf("app-1")).toBe("backend.unhealthy");
  expect(lastWordOf("app-2")).not.toBe("backend.unhealthy");
  expect(told(deployment, "app-1", "process.exited")).toEqual([]);
  const resumed = await deployment.node("app-1").resumeProcess("backend");
  await answered("app-1", resumed.monotonicNs);
});
