import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { EventLine } from "../../../../balancer/index.ts";
import { backOffMs, restartsAfter } from "../../../../chaos/environment/node-agent/liveness.ts";
import { MAIN, running, StartedAgent, type ProcessInput } from "./started-agent.ts";

let directory = "";
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "evenkeel-liveness-"))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe("the wait before a restart", () => {
  test("is none at first, then a second, and doubles up to half a minute", () => {
    const waits = [0, 1, 2, 3, 4, 5, 6, 7, 100].map(backOffMs);
    expect(waits).toEqual([0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  test("begins anew for one that was alive for a minute", () => {
    expect(restartsAfter(3, 59_999)).toBe(3);
    expect(restartsAfter(3, 60_000)).toBe(0);
  });
});

/** What a served request is answered; the script sees `requests`, `path` and `start`, its place among starts. */
type Answer = string;

/** A server on a unix socket that prints each request; `answer` is JavaScript for a status, or null for silence. */
function served(
  answer: Answer,
  liveness: Partial<NonNullable<ProcessInput["liveness"]>> | null,
): ProcessInput {
  const socket = join(directory, "web.sock");
  const script = `
    const fs = require("node:fs");
    const starts = ${JSON.stringify(join(directory, "starts"))};
    fs.appendFileSync(starts, "x");
    const start = fs.statSync(starts).size;
    fs.rmSync(${JSON.stringify(socket)}, { force: true });
    let requests = 0;
    require("node:net").createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", (data) => {
        const path = String(data).split(" ")[1];
        requests += 1;
        const status = ${answer};
        console.log("asked " + path);
        if (status !== null) socket.end("HTTP/1.1 " + status + " X\\r\\n\\r\\n");
      });
    }).listen(${JSON.stringify(socket)});`;
  const at = { kind: "http-socket" as const, socket, status: 200 };
  return {
    ...running("web", [process.execPath, "-e", script]),
    readiness: { ...at, path: "/readyz", deadlineMs: 5_000 },
    ...(liveness === null
      ? {}
      : {
          liveness: {
            ...at,
            path: "/livez",
            intervalMs: 50,
            timeoutMs: 2_000,
            failures: 2,
            ...liveness,
          } as NonNullable<ProcessInput["liveness"]>,
        }),
  };
}

/** Prints again and again, so that a test can tell that time has passed for the agent as well. */
const ticking = running("clock", ["sh", "-c", "while :; do echo tick; sleep 0.02; done"]);

const typesOf = (agent: StartedAgent, name: string): string[] =>
  agent.events.filter(({ data }) => data["name"] === name).map(({ type }) => type);

const pidOf = async (agent: StartedAgent): Promise<number> =>
  Number((await agent.event("process.started", "web")).data["pid"]);

/** Waits until the clock has ticked so often from now on. */
async function ticks(agent: StartedAgent, count: number): Promise<void> {
  const seen = (): number => agent.logs.filter(({ line }) => line === "tick").length;
  const until = seen() + count;
  await agent.when(`${count} ticks`, () => seen() >= until);
}

const asked = (agent: StartedAgent, path: string): number =>
  agent.logs.filter(({ line }) => line === `asked ${path}`).length;

const nsOf = (event: EventLine | undefined): number => Number(event?.monotonicNs ?? "0");

describe("a process with liveness", () => {
  test("that is stopped is killed and started again, once, and the node is whole again", async () => {
    const file = join(directory, "ready");
    await using agent = await StartedAgent.ready(
      { processes: [served("200", { timeoutMs: 400, failures: 3 })] },
      ["env", `EVENKEEL_READY_FILE=${file}`, process.execPath, MAIN],
    );
    const pid = await pidOf(agent);
    process.kill(pid, "SIGSTOP");
    const restarted = await agent.event("process.restarted", "web");
    expect(restarted.data).toMatchObject({ name: "web", restarts: 1 });
    expect(restarted.data["pid"]).not.toBe(pid);
    expect(existsSync(file)).toBe(true);
    const before = asked(agent, "/livez");
    await agent.when("more tries", () => asked(agent, "/livez") >= before + 5);
    expect(typesOf(agent, "web")).toEqual([
      "process.started",
      "process.ready",
      "process.liveness-failed",
      "process.exited",
      "process.started",
      "process.ready",
      "process.restarted",
    ]);
    const failed = await agent.event("process.liveness-failed", "web");
    expect(failed.data).toEqual({ name: "web", pid, seen: "no response", failures: 3 });
    expect((await agent.event("process.exited", "web")).data["signal"]).toBe("SIGKILL");
  });

  test("is asked only once it was ready: a slow boot is no death", async () => {
    // Not ready, and not alive by its word, for its first five answers.
    await using agent = await StartedAgent.ready({
      processes: [served("requests <= 5 ? 503 : 200", {})],
    });
    await agent.when("tries", () => asked(agent, "/livez") >= 5);
    expect(asked(agent, "/readyz")).toBeGreaterThanOrEqual(6);
    expect(typesOf(agent, "web")).toEqual(["process.started", "process.ready"]);
  });

  test("that fails every other time is left alone", async () => {
    await using agent = await StartedAgent.ready({
      processes: [served('path === "/livez" && requests % 2 === 0 ? 503 : 200', {})],
    });
    await agent.when("tries", () => asked(agent, "/livez") >= 12);
    expect(typesOf(agent, "web")).toEqual(["process.started", "process.ready"]);
  });

  test("that ends by itself is not started again", async () => {
    // Its socket closes before it has ended; tries in between are no end by liveness yet.
    const processes = [served("200", { failures: 6 }), ticking];
    await using agent = await StartedAgent.ready({ processes });
    process.kill(await pidOf(agent), "SIGKILL");
    await agent.event("process.exited", "web");
    // As long as more than twice as many tries.
    await ticks(agent, 40);
    expect(typesOf(agent, "web").slice(2)).toEqual(["process.exited"]);
  });

  test("that dies again and again is waited for longer each time", async () => {
    await using agent = await StartedAgent.ready({
      processes: [served('path === "/livez" ? 503 : 200', {})],
    });
    const all = (type: string) => agent.events.filter((event) => event.type === type);
    await agent.when("the second restart", () => all("process.restarted").length === 2);
    const waits = all("process.exited").map(
      (exit, index) => (nsOf(all("process.started")[index + 1]) - nsOf(exit)) / 1e6,
    );
    expect(waits[1]).toBeGreaterThanOrEqual(995);
    // The first one comes at once, however busy the machine is: sooner than the second could.
    expect(waits[0]).toBeLessThan(waits[1] ?? 0);
    expect(all("process.restarted").map(({ data }) => data["restarts"])).toEqual([1, 2]);
  });

  test("that does not get ready again is started once more", async () => {
    const process_ = served("start === 2 ? 503 : path === '/livez' && start === 1 ? 503 : 200", {});
    await using agent = await StartedAgent.ready({
      processes: [{ ...process_, readiness: { ...process_.readiness, deadlineMs: 2_500 } }],
    });
    const restarted = await agent.event("process.restarted", "web");
    expect(restarted.data["restarts"]).toBe(2);
    const seen = agent.events
      .filter(({ type }) => type === "process.liveness-failed")
      .map(({ data }) => data["seen"]);
    expect(seen).toEqual(["status 503", "web ready not within 2500 ms: status 503"]);
  });

  test("does not hold a stop of the node up while it waits for its restart", async () => {
    const agent = await StartedAgent.ready({
      processes: [served('path === "/livez" ? 503 : 200', {})],
    });
    const exits = () => agent.events.filter(({ type }) => type === "process.exited").length;
    await agent.when("two deaths", () => exits() === 2);
    agent.kill("SIGTERM");
    expect(await agent.exited).toBe(0);
    expect(typesOf(agent, "web").filter((type) => type === "process.started")).toHaveLength(2);
  });
});

test("without liveness a stopped process stays as it is", async () => {
  await using agent = await StartedAgent.ready({ processes: [served("200", null), ticking] });
  const pid = await pidOf(agent);
  process.kill(pid, "SIGSTOP");
  await ticks(agent, 25);
  expect(typesOf(agent, "web")).toEqual(["process.started", "process.ready"]);
  process.kill(pid, "SIGCONT");
});
