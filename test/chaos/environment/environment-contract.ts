import { afterAll, beforeAll, describe, expect, test, vi, type TestContext } from "vitest";
import type {
  Deployment,
  Moment,
  NodeFaultKind,
  TimelineEvent,
} from "../../../chaos/environment/environment.ts";
import { nodeOf, type Topology } from "../../../stacks/topology.ts";
import { PORTS, smallTopology } from "./small-topology.ts";
import { Watch } from "./watch.ts";

/** An environment as the contract needs it: how a topology comes to run may differ. */
export interface EnvironmentUnderTest {
  /** Runs the topology, or joins it once it runs. */
  deploy(topology: Topology, signal?: AbortSignal): Promise<Deployment>;
  /** Processes, namespaces, containers, networks that are there now and belong to this environment. */
  leftovers(): Promise<readonly string[]>;
  /** Whether two of one topology can run at once. */
  readonly sideBySide: true | { readonly reason: string };
  /** Whether a program in a frozen node ends when it is killed, and not only when it is thawed. */
  readonly endsWhileFrozen: true | { readonly reason: string };
}

/** Everything that takes milliseconds gets this long: it is reached only when it never happens. */
const PATIENCE = { timeout: 10_000, interval: 10 };
/** An action at a time takes effect at most this much before it. */
const EARLY_AT_MOST_MS = 3;
/** An action at a given time may be this late, as a rule. */
const LATE_AS_A_RULE_MS = 5;
/** And this late when the machine is busy. */
const LATE_AT_MOST_MS = 250;

const now = (): bigint => process.hrtime.bigint();
const msBetween = (from: bigint, to: bigint): number => Number(to - from) / 1e6;

/** What every environment must do, run against one of them. */
export function environmentContract(name: string, environment: EnvironmentUnderTest): void {
  describe(`${name}: a topology that runs`, () => {
    let deployment: Deployment;
    beforeAll(async () => {
      deployment = await environment.deploy(smallTopology());
    });
    afterAll(async () => {
      // Undefined when `deploy` failed.
      await (deployment as Deployment | undefined)?.[Symbol.asyncDispose]();
    });

    const address = (id: string): string => nodeOf(deployment.topology, id).address;
    const watch = (id: string, port: keyof typeof PORTS = "web"): Promise<Watch> =>
      Watch.start(deployment.node("client"), { host: address(id), port: PORTS[port] });
    const able = (context: TestContext, fault: NodeFaultKind): void => {
      const supported = deployment.supports(fault);
      if (supported !== true) context.skip(supported.reason);
    };
    const output = async (id: string, argv: readonly string[]): Promise<string> => {
      const lines: string[] = [];
      const { exited } = await deployment.node(id).spawn(argv, { onStdout: (l) => lines.push(l) });
      await exited;
      return lines.join("\n");
    };
    const exitOf = (id: string, process_: string, afterNs: bigint): Promise<TimelineEvent> =>
      deployment.waitForEvent(
        (event) =>
          event.node === id &&
          event.type === "process.exited" &&
          event.data["name"] === process_ &&
          BigInt(event.monotonicNs) >= afterNs,
        { deadlineMs: PATIENCE.timeout, waitingFor: `the end of ${process_}`, node: id },
      );
    /** Does something and checks that its moment lies within the call. */
    const within = async (act: () => Promise<Moment>): Promise<Moment> => {
      const begin = now();
      const moment = await act();
      expect(moment.uncertaintyNs).toBeGreaterThanOrEqual(0n);
      expect(moment.monotonicNs - moment.uncertaintyNs).toBeGreaterThanOrEqual(begin);
      expect(moment.monotonicNs + moment.uncertaintyNs).toBeLessThanOrEqual(now());
      return moment;
    };

    test("every node and process has told that it is ready, and the client reaches both backends", async () => {
      const told = deployment.events().map(({ node, type, data }) => [node, type, data["name"]]);
      for (const node of deployment.topology.nodes) {
        expect(told).toContainEqual([node.id, "node.ready", undefined]);
        for (const { name } of node.processes) {
          expect(told).toContainEqual([node.id, "process.started", name]);
          expect(told).toContainEqual([node.id, "process.ready", name]);
        }
      }
      for (const id of ["app-1", "app-2"]) {
        await using seen = await watch(id);
        await seen.until("answered");
      }
    });

    test("an unknown node is refused with the ids that there are", () => {
      expect(() => deployment.node("app-9")).toThrow(RangeError);
      expect(() => deployment.node("app-9")).toThrow(/"app-9".*app-1, app-2, client/);
    });

    test("an unknown process is refused with the names that there are", async () => {
      const refused = deployment.node("app-1").killProcess("webb");
      await expect(refused).rejects.toThrow(RangeError);
      await expect(deployment.node("app-1").killProcess("webb")).rejects.toThrow(
        /"webb".*web, other/,
      );
    });

    test("a program in a node reads lines, writes lines on both streams, and ends with its code", async () => {
      const [out, err]: [string[], string[]] = [[], []];
      const program = await deployment
        .node("client")
        .spawn(["sh", "-c", 'while read -r l; do echo "$A $l"; done; echo bad >&2; exit 7'], {
          env: { A: "got" },
          onStdout: (line) => out.push(line),
          onStderr: (line) => err.push(line),
        });
      program.write("one");
      program.write("two words");
      program.end();
      expect(await program.exited).toEqual({ code: 7, signal: null });
      expect(out).toEqual(["got one", "got two words"]);
      expect(err).toEqual(["bad"]);
    });

    test("a program in a node gets the signal that it is sent, however early", async () => {
      const ignoring = ["sh", "-c", "trap '' TERM; echo ready; exec sleep 60"];
      const ready = Promise.withResolvers<void>();
      const deaf = await deployment
        .node("client")
        .spawn(ignoring, { onStdout: () => ready.resolve() });
      await ready.promise;
      deaf.kill("SIGTERM");
      deaf.kill("SIGKILL");
      expect(await deaf.exited).toEqual({ code: null, signal: "SIGKILL" });

      for (let round = 0; round < 5; round += 1) {
        const asleep = await deployment.node("client").spawn(["sleep", "60"]);
        asleep.kill("SIGTERM");
        expect(await asleep.exited).toEqual({ code: null, signal: "SIGTERM" });
      }
    });

    test("a program that a node does not have ends at once with a code and its name", async () => {
      const err: string[] = [];
      const program = await deployment
        .node("client")
        .spawn(["no-such-program"], { onStderr: (line) => err.push(line) });
      expect((await program.exited).code).toBe(127);
      expect(err.join("\n")).toContain("no-such-program");
    });

    test("an isolated node is silent to its peers with its own carrier up, and answers after it rejoined", async (context) => {
      able(context, "isolate");
      const node = deployment.node("app-1");
      await using seen = await watch("app-1");
      const cut = await within(() => node.isolate());
      await seen.until("unreachable", cut.monotonicNs);
      expect(seen.since(cut.monotonicNs)).not.toContain("refused");
      expect(await node.inspect()).toMatchObject({ stopped: 0, connected: false });
      expect((await node.inspect()).running).toBeGreaterThan(2);
      expect(await output("app-1", ["ip", "-o", "link", "show"])).toMatch(/eth0.*LOWER_UP/);
      const joined = await within(() => node.rejoin());
      await seen.until("answered", joined.monotonicNs);
      expect((await node.inspect()).connected).toBe(true);
    });

    test("an action at a time takes effect then: hardly before it, and hardly after it", async (context) => {
      able(context, "isolate");
      const node = deployment.node("app-1");
      const lateMs: number[] = [];
      for (let round = 0; round < 7; round += 1) {
        const atNs = now() + 40_000_000n;
        const moment = await within(() => node.isolate({ atNs }));
        // It may be begun early by as long as it is expected to take.
        expect(msBetween(moment.monotonicNs, atNs)).toBeLessThan(EARLY_AT_MOST_MS);
        lateMs.push(msBetween(atNs, moment.monotonicNs + moment.uncertaintyNs));
        await node.rejoin();
      }
      const sorted = lateMs.toSorted((a, b) => a - b);
      expect(sorted[3], `late by ${lateMs.join(", ")} ms`).toBeLessThan(LATE_AS_A_RULE_MS);
      expect(sorted.at(-1)).toBeLessThan(LATE_AT_MOST_MS);
    });

    test("the moments of actions one after another only grow", async (context) => {
      able(context, "isolate");
      const node = deployment.node("app-1");
      const moments: bigint[] = [];
      for (let round = 0; round < 5; round += 1) {
        moments.push((await node.isolate()).monotonicNs, (await node.rejoin()).monotonicNs);
      }
      expect(moments).toEqual(moments.toSorted((a, b) => (a < b ? -1 : 1)));
      expect(new Set(moments).size).toBe(moments.length);
    });

    test("a paused node still accepts connections and answers nothing; resumed it answers", async (context) => {
      able(context, "pause");
      const node = deployment.node("app-1");
      await using seen = await watch("app-1");
      const paused = await within(() => node.pause());
      const surely = paused.monotonicNs + paused.uncertaintyNs;
      await seen.until("silent", surely);
      expect(new Set(seen.since(surely))).toEqual(new Set(["silent"]));
      const frozen = await node.inspect();
      expect(frozen).toMatchObject({ running: 0, connected: true });
      expect(frozen.stopped).toBeGreaterThan(2);
      const resumed = await within(() => node.resume());
      await seen.until("answered", resumed.monotonicNs);
      expect((await node.inspect()).stopped).toBe(0);
    });

    test("a program that runs in a node freezes and thaws with it, and its end is told", async (context) => {
      able(context, "pause");
      const node = deployment.node("app-1");
      const lines: string[] = [];
      const echo = await node.spawn(["cat"], { onStdout: (line) => lines.push(line) });
      await node.pause();
      echo.write("while frozen");
      await node.resume();
      await vi.waitUntil(() => lines.length > 0, PATIENCE);
      expect(lines).toEqual(["while frozen"]);
      echo.end();
      expect(await echo.exited).toEqual({ code: 0, signal: null });
    });

    test("a program in a frozen node can be ended, and is told to have ended", async (context) => {
      able(context, "pause");
      if (environment.endsWhileFrozen !== true) context.skip(environment.endsWhileFrozen.reason);
      const node = deployment.node("app-1");
      const asleep = await node.spawn(["sleep", "60"]);
      await node.pause();
      asleep.kill("SIGKILL");
      expect(await asleep.exited).toEqual({ code: null, signal: "SIGKILL" });
      await node.resume();
    });

    test("a paused process keeps its port open and is silent; the others of its node answer", async (context) => {
      able(context, "pause-process");
      const node = deployment.node("app-1");
      await using web = await watch("app-1", "web");
      await using other = await watch("app-1", "other");
      const paused = await within(() => node.pauseProcess("web"));
      await web.until("silent", paused.monotonicNs);
      await other.until("answered");
      expect((await node.inspect()).stopped).toBe(1);
      const resumed = await within(() => node.resumeProcess("web"));
      await web.until("answered", resumed.monotonicNs);
      expect(other.since(paused.monotonicNs)).not.toContain("silent");
    });

    test("every program in a node that is killed is told to have ended", async (context) => {
      able(context, "kill");
      const node = deployment.node("app-1");
      const programs = await Promise.all(
        Array.from({ length: 20 }, () => node.spawn(["sleep", "600"])),
      );
      await node.kill();
      const ends = await Promise.all(programs.map(({ exited }) => exited));
      expect(new Set(ends.map(({ signal }) => signal))).toEqual(new Set(["SIGKILL"]));
      await node.start();
    });

    test("a signal reaches one process alone, and a process that is not there is refused", async () => {
      const node = deployment.node("app-1");
      const told = `process.on("SIGHUP", () => console.log("told " + process.hrtime.bigint()));
        console.log("listening"); setInterval(() => {}, 1e6);`;
      const lines: string[] = [];
      // Not one of its processes: it must not hear of it.
      const other = await node.spawn(["node", "-e", told], {
        onStdout: (line) => lines.push(line),
      });
      await vi.waitUntil(() => lines.length > 0, PATIENCE);
      await expect(node.signalProcess("nobody", "SIGHUP")).rejects.toThrow(/"nobody".*web/s);
      await using web = await watch("app-1", "web");
      await using rest = await watch("app-1", "other");
      // The sample application does not know it: it ends by it, and its neighbour does not.
      const signalled = await within(() => node.signalProcess("web", "SIGHUP"));
      const exit = await exitOf("app-1", "web", signalled.monotonicNs - signalled.uncertaintyNs);
      expect(exit.data).toMatchObject({ code: null, signal: "SIGHUP" });
      await web.until("refused", signalled.monotonicNs);
      await rest.until("answered");
      expect(lines).toEqual(["listening"]);
      other.kill("SIGKILL");
      await other.exited;
      await node.kill();
      await node.start();
    });

    test("a killed process is told with its signal and refused; the others of its node answer, and a dead one cannot die again", async (context) => {
      able(context, "kill-process");
      const node = deployment.node("app-1");
      await using web = await watch("app-1", "web");
      await using other = await watch("app-1", "other");
      const killed = await within(() => node.killProcess("web"));
      const exit = await exitOf("app-1", "web", killed.monotonicNs - killed.uncertaintyNs);
      expect(exit.data).toMatchObject({ code: null, signal: "SIGKILL" });
      await web.until("refused", killed.monotonicNs);
      await other.until("answered");
      expect(new Set(other.since(killed.monotonicNs))).toEqual(new Set(["answered"]));
      await expect(node.killProcess("web")).rejects.toThrow(/"web".*other\./s);
    });

    test("a node that runs is not started a second time", async () => {
      await expect(deployment.node("app-2").start()).rejects.toThrow(/app-2 .*running/i);
      await using seen = await watch("app-2");
      await seen.until("answered");
    });

    test.for([
      { kind: "kill", sees: "refused, then silence", silent: false },
      { kind: "silent-kill", sees: "silence and never a refusal", silent: true },
    ] as const)(
      "after a $kind its peers see $sees; started again it has its address and MAC and is reached at once",
      async ({ kind, silent }, context) => {
        able(context, kind);
        const node = deployment.node("app-1");
        const mac = /link\/ether (\S+)/;
        const before = mac.exec(await output("app-1", ["ip", "-o", "link", "show", "eth0"]))?.[1];
        expect(before).toMatch(/^(?:[\da-f]{2}:){5}[\da-f]{2}$/);
        await using seen = await watch("app-1", "other");
        await seen.until("answered");
        const killed = await within(() => node.kill({ silent }));
        const unreachable = await seen.until("unreachable", killed.monotonicNs);
        const after = seen.since(killed.monotonicNs);
        if (silent) expect(after).not.toContain("refused");
        else expect(after).toContain("refused");
        expect(await node.inspect()).toEqual({ running: 0, stopped: 0, connected: false });
        await expect(node.spawn(["true"])).rejects.toThrow(/app-1 is not running.*Start it/);
        await expect(node.kill()).rejects.toThrow(/app-1 is not running.*Start it/);

        const started = await within(() => node.start());
        expect(started.monotonicNs).toBeGreaterThan(unreachable.beganNs);
        // The first attempt that began once it was ready; the clients' neighbour tables are still right.
        const reached = await seen.until("answered", started.monotonicNs);
        expect(msBetween(started.monotonicNs, reached.beganNs)).toBeLessThan(1_000);
        expect(mac.exec(await output("app-1", ["ip", "-o", "link", "show", "eth0"]))?.[1]).toBe(
          before,
        );
        const [{ node: teller } = { node: "" }] = deployment
          .events()
          .filter((event) => event.monotonicNs === started.monotonicNs.toString());
        expect(teller).toBe("app-1");
      },
    );

    test("a stopped node ends its processes in order and with code 0, and does not run afterwards", async (context) => {
      able(context, "stop");
      const node = deployment.node("app-1");
      const stopped = await within(() => node.stop({ graceMs: 30_000 }));
      const from = stopped.monotonicNs - stopped.uncertaintyNs;
      const exits = [await exitOf("app-1", "other", from), await exitOf("app-1", "web", from)];
      for (const { data } of exits) expect(data).toMatchObject({ code: 0, signal: null });
      const [other, web] = exits.map((event) => BigInt(event.monotonicNs));
      expect(web).toBeGreaterThan(other ?? 0n);
      // Started as soon as it was told: `start` waits for the end of what still runs.
      await node.start();
      await using seen = await watch("app-1");
      await seen.until("answered");
      expect((await node.inspect()).connected).toBe(true);
    });

    test("a node that does not stop within its grace is killed then, and not before", async (context) => {
      able(context, "stop");
      const node = deployment.node("app-2");
      const graceMs = 400;
      await using seen = await watch("app-2");
      const stopped = await within(() => node.stop({ graceMs }));
      let lastAlive = stopped.monotonicNs;
      await vi.waitUntil(async () => {
        const asked = now();
        const { running } = await node.inspect();
        if (running > 0) lastAlive = asked;
        return running === 0;
      }, PATIENCE);
      const ended = now();
      expect(msBetween(stopped.monotonicNs, ended)).toBeGreaterThanOrEqual(graceMs);
      expect(msBetween(stopped.monotonicNs, lastAlive)).toBeLessThan(graceMs + 2_000);
      // The agent did stop what listens: only the deaf one was killed.
      await seen.until("unreachable", ended);
      await node.start();
    });

    test("events are told to whoever listens, for as long as they listen", async (context) => {
      able(context, "kill-process");
      const heard: TimelineEvent[] = [];
      const stop = deployment.onEvent((event) => heard.push(event));
      const killed = await deployment.node("app-1").killProcess("other");
      const exit = await exitOf("app-1", "other", killed.monotonicNs - killed.uncertaintyNs);
      expect(heard).toContainEqual(exit);
      stop();
      const count = heard.length;
      await deployment.node("app-1").kill();
      await deployment.node("app-1").start();
      expect(heard).toHaveLength(count);
      expect(deployment.events().length).toBeGreaterThan(count);
    });

    test("an event that does not come is an error at the deadline that shows the node's last output", async () => {
      const begin = performance.now();
      const never = deployment.waitForEvent(() => false, {
        deadlineMs: 100,
        waitingFor: "a miracle",
        node: "app-2",
      });
      await expect(never).rejects.toThrow(
        /a miracle did not happen within 100 ms.*Last output:.*node\.ready/s,
      );
      const tookMs = performance.now() - begin;
      expect(tookMs).toBeGreaterThanOrEqual(99);
      expect(tookMs).toBeLessThan(5_000);
    });
  });

  describe(`${name}: a topology that does not get ready`, () => {
    const failing = async (change: Parameters<typeof smallTopology>[0]): Promise<unknown> => {
      const before = await environment.leftovers();
      const error: unknown = await environment.deploy(smallTopology(change)).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(await environment.leftovers()).toEqual(before);
      return error;
    };

    test("a process that ends too early is named with its node, how it ended, and what it printed; nothing stays", async () => {
      const error = await failing({
        processes: [
          {
            name: "web",
            argv: ["sh", "-c", "echo the disk is on fire >&2; exit 3"],
            readiness: { kind: "tcp", port: 1, deadlineMs: 5_000 },
          },
        ],
      });
      expect(String(error)).toMatch(/app-1/);
      expect(String(error)).toMatch(/web: the disk is on fire/);
      expect(String(error)).toMatch(/web ended with code 3 before it was ready/);
    });

    test("a process that is never ready is named with what was seen instead; nothing stays", async () => {
      const error = await failing({
        processes: [
          {
            name: "web",
            argv: ["sleep", "60"],
            readiness: { kind: "tcp", port: 8080, deadlineMs: 300 },
          },
        ],
      });
      expect(String(error)).toMatch(/web ready not within 300 ms: ECONNREFUSED/);
    });

    test("a program that is missing is named, with the next step; nothing stays", async () => {
      const error = await failing({
        processes: [
          {
            name: "web",
            argv: ["no-such-program"],
            readiness: { kind: "started", deadlineMs: 5_000 },
          },
        ],
      });
      expect(String(error)).toMatch(
        /there is no program "no-such-program" on this node\. Run "npx evenkeel doctor"/,
      );
    });

    test("a deployment that is aborted ends with the reason; nothing stays", async () => {
      const before = await environment.leftovers();
      const abort = new AbortController();
      const deploying = environment.deploy(
        smallTopology({
          processes: [
            {
              name: "web",
              argv: ["sleep", "60"],
              readiness: { kind: "tcp", port: 8080, deadlineMs: 60_000 },
            },
          ],
        }),
        abort.signal,
      );
      const settled = deploying.catch((error: unknown) => error);
      await vi.waitUntil(
        async () => (await environment.leftovers()).length > before.length,
        PATIENCE,
      );
      abort.abort(new Error("changed my mind"));
      expect(await settled).toEqual(new Error("changed my mind"));
      expect(await environment.leftovers()).toEqual(before);
      await expect(environment.deploy(smallTopology(), abort.signal)).rejects.toThrow(
        "changed my mind",
      );
    });
  });

  describe(`${name}: several deployments`, () => {
    test("two run side by side with the same addresses, and what hurts one does not hurt the other", async (context) => {
      if (environment.sideBySide !== true) context.skip(environment.sideBySide.reason);
      const topology = smallTopology();
      const begin = await environment.leftovers();
      await using first = await environment.deploy(topology);
      await using second = await environment.deploy(topology);
      const target = { host: nodeOf(topology, "app-1").address, port: PORTS.web };
      await using inFirst = await Watch.start(first.node("client"), target);
      await using inSecond = await Watch.start(second.node("client"), target);
      const killed = await first.node("app-1").kill({ silent: true });
      await inFirst.until("unreachable", killed.monotonicNs);
      await inSecond.until("answered");
      expect(new Set(inSecond.since(killed.monotonicNs))).toEqual(new Set(["answered"]));

      const both = await environment.leftovers();
      await first[Symbol.asyncDispose]();
      await inSecond.until("answered");
      const one = await environment.leftovers();
      expect(one.length).toBeLessThan(both.length);
      expect(one.length).toBeGreaterThan(begin.length);
    });

    test("disposing leaves nothing, ends every wait, and can be repeated", async () => {
      const before = await environment.leftovers();
      const deployment = await environment.deploy(smallTopology());
      const program = await deployment.node("client").spawn(["sleep", "60"]);
      expect((await environment.leftovers()).length).toBeGreaterThan(before.length + 6);
      const wait = deployment
        .waitForEvent(() => false, { deadlineMs: 60_000, waitingFor: "nothing" })
        .catch((error: unknown) => error);
      await Promise.all([deployment[Symbol.asyncDispose](), deployment[Symbol.asyncDispose]()]);
      expect(await environment.leftovers()).toEqual(before);
      expect((await program.exited).code).not.toBe(0);
      expect(await wait).toBeInstanceOf(Error);
      await expect(deployment.node("app-1").kill()).rejects.toThrow(Error);
    });
  });
}
