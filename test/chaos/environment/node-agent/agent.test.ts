import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { MAIN, obedient, running, StartedAgent } from "./started-agent.ts";

let directory = "";
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "evenkeel-agent-"))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const typesOf = (agent: StartedAgent): string[] =>
  agent.events.map(({ type, data }) => [type, data["name"]].filter(Boolean).join(" "));

/** A program that listens after a while: whoever looks at once must look again. */
const serve = (listen: string, answer: string): string[] => [
  process.execPath,
  "-e",
  `const server = require("node:net").createServer((socket) => {
     socket.on("error", () => {});
     socket.once("data", () => socket.end(${JSON.stringify(answer)}));
   });
   setTimeout(() => server.listen(${listen}, () => console.log("port " + server.address().port)), 50);`,
];

test("processes start one after another, each when the one before is ready, and then the node is ready", async () => {
  await using agent = await StartedAgent.ready({
    processes: [obedient("first"), obedient("second")],
  });
  expect(typesOf(agent)).toEqual([
    "process.started first",
    "process.ready first",
    "process.started second",
    "process.ready second",
    "node.ready",
  ]);
  const times = agent.events.map(({ monotonicNs }) => BigInt(monotonicNs));
  expect(times).toEqual(times.toSorted((a, b) => (a < b ? -1 : 1)));
  expect(new Set(agent.events.map(({ node, process: p }) => `${node} ${p}`))).toEqual(
    new Set(["app-1 agent"]),
  );
});

test("a process starts as soon as those that it names are ready, here none", async () => {
  await using agent = await StartedAgent.ready({
    processes: [obedient("first"), { ...obedient("second"), waitsFor: [] }],
  });
  const types = typesOf(agent);
  expect(types.slice(0, 2).toSorted()).toEqual(["process.started first", "process.started second"]);
  expect(types.at(-1)).toBe("node.ready");
  expect(types.filter((type) => type.startsWith("process.ready"))).toHaveLength(2);
});

test("a node without processes is ready and stays", async () => {
  await using agent = await StartedAgent.ready({});
  expect(agent.events.at(-1)?.data).toEqual({ interface: "lo" });
  agent.kill("SIGTERM");
  expect(await agent.exited).toBe(0);
});

test("a file says that all of the node runs, until a process of it has ended", async () => {
  const file = join(directory, "deeper", "ready");
  await using agent = await StartedAgent.ready(
    { processes: [running("first", ["sleep", "100"]), running("second", ["sleep", "100"])] },
    ["env", `EVENKEEL_READY_FILE=${file}`, process.execPath, MAIN],
  );
  expect(existsSync(file)).toBe(true);
  const started = await agent.event("process.started", "first");
  process.kill(Number(started.data["pid"]), "SIGKILL");
  await agent.event("process.exited", "first");
  expect(existsSync(file)).toBe(false);
});

test("readiness by HTTP over a unix socket waits for the right status", async () => {
  const socket = join(directory, "admin.sock");
  const ok = serve(JSON.stringify(socket), "HTTP/1.1 200 OK\r\n\r\n");
  await using agent = await StartedAgent.ready({
    processes: [
      {
        ...running("admin", ok),
        readiness: { kind: "http-socket", socket, path: "/readyz", status: 200, deadlineMs: 5_000 },
      },
    ],
  });
  expect(typesOf(agent)).toContain("process.ready admin");
});

test("a wrong status is told when the deadline has passed, and the agent ends with 1", async () => {
  const socket = join(directory, "admin.sock");
  const busy = serve(JSON.stringify(socket), "HTTP/1.1 503 Busy\r\n\r\n");
  const agent = new StartedAgent({
    processes: [
      {
        ...running("admin", busy),
        readiness: { kind: "http-socket", socket, path: "/readyz", status: 200, deadlineMs: 800 },
      },
    ],
  });
  expect(await agent.exited).toBe(1);
  expect(agent.errors).toEqual(["node app-1: admin ready not within 800 ms: status 503"]);
});

test("readiness by output takes a line of either stream", async () => {
  const script = "echo not yet; echo Startup complete >&2; exec sleep 60";
  await using agent = await StartedAgent.ready({
    processes: [
      {
        ...running("daemon", ["sh", "-c", script]),
        readiness: { kind: "output", pattern: "Startup complete$", deadlineMs: 5_000 },
      },
    ],
  });
  expect(agent.logs.map(({ stream, line }) => `${stream} ${line}`).toSorted()).toEqual([
    "stderr Startup complete",
    "stdout not yet",
  ]);
});

test("what a process prints is stamped with when it came; its event lines pass through unchanged", async () => {
  const event =
    '{"schema":"evenkeel.event/1","node":"app-1","process":"x","monotonicNs":"7","type":"backend.healthy","data":{}}';
  const begin = process.hrtime.bigint();
  await using agent = await StartedAgent.ready({
    processes: [
      running("talker", [
        "sh",
        "-c",
        `echo '${event}'; echo hello; printf unfinished; echo '${event}' >&2`,
      ]),
    ],
  });
  await agent.event("process.exited", "talker");
  const end = process.hrtime.bigint();
  expect(agent.events).toContainEqual(JSON.parse(event));
  expect(agent.events.filter(({ type }) => type === "backend.healthy")).toHaveLength(1);
  const printed = agent.logs.filter(({ process: p }) => p === "talker");
  // The error stream is no event stream, whatever it carries.
  expect(printed.map(({ stream, line }) => [stream, line])).toEqual(
    expect.arrayContaining([
      ["stdout", "hello"],
      ["stdout", "unfinished"],
      ["stderr", event],
    ]),
  );
  expect(printed).toHaveLength(3);
  for (const { node, monotonicNs } of printed) {
    expect(node).toBe("app-1");
    expect(BigInt(monotonicNs)).toBeGreaterThan(begin);
    expect(BigInt(monotonicNs)).toBeLessThan(end);
  }
});

test("files are written with the interface filled in and closed to others; a fifo is a fifo", async () => {
  const [file, fifo] = [join(directory, "deep", "a.conf"), join(directory, "notify")];
  await using agent = await StartedAgent.ready({
    files: [
      { kind: "file", path: file, content: "on {{interface}} and {{interface}}; {{other}}\n" },
      { kind: "fifo", path: fifo },
    ],
    processes: [running("reader", ["cat", file])],
  });
  await agent.log(/on lo and lo; \{\{other\}\}/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(fifo).isFIFO()).toBe(true);
});

test("a process that ends by itself is told with its code or signal and is not restarted; what its end asks for is written", async () => {
  const track = join(directory, "track");
  await using agent = await StartedAgent.ready({
    processes: [
      running("shooting-star", ["sh", "-c", "exit 3"], {
        onExit: { kind: "write-file", path: track, content: "1" },
      }),
      running("victim", ["sh", "-c", "kill -KILL $$"]),
    ],
  });
  expect((await agent.event("process.exited", "shooting-star")).data).toMatchObject({
    code: 3,
    signal: null,
  });
  expect((await agent.event("process.exited", "victim")).data).toMatchObject({
    code: null,
    signal: "SIGKILL",
  });
  agent.kill("SIGTERM");
  await agent.exited;
  expect(readFileSync(track, "utf8")).toBe("1");
  expect(typesOf(agent).filter((type) => type.startsWith("process.started"))).toHaveLength(2);
});

test("a stop ends what the stop order does not name first, the last started first, then the order, each after the former", async () => {
  const processes = ["a", "b", "c", "d"].map(obedient);
  await using agent = await StartedAgent.ready({ processes, stopOrder: ["b", "a"] });
  agent.kill("SIGTERM");
  expect(await agent.exited).toBe(0);
  const exits = agent.events.filter(({ type }) => type === "process.exited");
  expect(exits.map(({ data }) => data["name"])).toEqual(["d", "c", "b", "a"]);
  for (const { data } of exits) expect(data).toMatchObject({ code: 0, signal: null });
});

test("a second SIGTERM changes nothing about a stop that is under way", async () => {
  const slow =
    "trap 'echo stopping; sleep 0.2; echo bye; exit 0' TERM; echo ready; while :; do sleep 0.02; done";
  await using agent = await StartedAgent.ready({
    processes: [
      {
        ...running("slow", ["sh", "-c", slow]),
        readiness: { kind: "output", pattern: "^ready$", deadlineMs: 5_000 },
      },
    ],
  });
  agent.kill("SIGTERM");
  await agent.log(/^stopping$/);
  agent.kill("SIGTERM");
  expect(await agent.exited).toBe(0);
  expect(agent.logs.map(({ line }) => line)).toContain("bye");
});

test("a node that is stopped before it is ready ends what it has started, in order", async () => {
  await using agent = new StartedAgent({
    processes: [
      obedient("first"),
      {
        ...running("late", ["sleep", "60"]),
        readiness: { kind: "tcp", port: 1, deadlineMs: 60_000 },
      },
    ],
  });
  await agent.event("process.started", "late");
  agent.kill("SIGTERM");
  expect(await agent.exited).toBe(0);
  const exits = agent.events.filter(({ type }) => type === "process.exited");
  expect(exits.map(({ data }) => [data["name"], data["code"], data["signal"]])).toEqual([
    ["late", null, "SIGTERM"],
    ["first", 0, null],
  ]);
  expect(agent.events.map(({ type }) => type)).not.toContain("node.ready");
});

test("a program that ends before it is ready is named with how it ended", async () => {
  const agent = new StartedAgent({
    processes: [
      {
        ...running("web", ["sh", "-c", "exit 5"]),
        readiness: { kind: "tcp", port: 1, deadlineMs: 60_000 },
      },
    ],
  });
  expect(await agent.exited).toBe(1);
  expect(agent.errors).toEqual(["node app-1: web ended with code 5 before it was ready"]);
});

test("what the node must reach is awaited, and named when it does not answer", async () => {
  const agent = new StartedAgent({
    reaches: [{ address: "127.0.0.1", port: 1, path: "/", deadlineMs: 100 }],
  });
  expect(await agent.exited).toBe(1);
  expect(agent.errors).toEqual([
    "node app-1: an answer of 127.0.0.1:1/ not within 100 ms: ECONNREFUSED",
  ]);
});

test("an address that no interface carries is refused with those that there are", async () => {
  const agent = new StartedAgent({ address: "198.18.7.99" });
  expect(await agent.exited).toBe(1);
  expect(agent.errors.join(" ")).toMatch(
    /No interface carries 198\.18\.7\.99.*127\.0\.0\.1.*Check/,
  );
});

test("a ruleset that cannot be loaded is named with what was wrong, and nothing is started", async () => {
  const path = join(directory, "absent.nft");
  const agent = new StartedAgent({
    packetFilters: [path],
    processes: [running("web", ["cat", "/dev/zero"])],
  });
  expect(await agent.exited).toBe(1);
  const said = agent.errors.join(" ");
  expect(said).toContain(`the ruleset ${path} cannot be loaded`);
  expect(said).toContain("plain handover");
  expect(agent.events.map(({ type }) => type)).not.toContain("process.started");
});
