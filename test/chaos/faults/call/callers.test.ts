import { expect, test } from "vitest";
import type { RunningNode } from "../../../../chaos/environment/environment.ts";
import { accepted, Callers } from "../../../../chaos/faults/call/callers.ts";
import type { CallOutcome } from "../../../../chaos/faults/call/protocol.ts";
import type { Target } from "../../../../chaos/faults/target.ts";
import { smallTopology } from "../../environment/small-topology.ts";
import { FakeProgram } from "../../load/fake-program.ts";
import { FakeDeployment } from "../fake-deployment.ts";

const BOTH: Target = {
  title: "either application",
  check: () => undefined,
  find: () => "app-1",
  candidates: () => ["app-1", "app-2"],
};
const ASK = { to: { socket: "/run/evenkeel/backend.sock" }, path: "/behaviour" };

/** A program that is ready at once and whose requests end like this, in turn. */
function caller(...outcomes: readonly CallOutcome[]): FakeProgram {
  const program = new FakeProgram();
  const left = [...outcomes];
  program.onWrite = (line) => {
    const { id } = line as { readonly id: number };
    const done = { kind: "done", id, fromNs: "1000", toNs: "3000", status: 200, headers: {} };
    program.say({ ...done, outcome: left.shift() ?? "answered", body: "{}" });
  };
  return program;
}

/** A deployment on whose nodes these programs are started, in turn. */
class CallingDeployment extends FakeDeployment {
  readonly #programs: Readonly<Record<string, FakeProgram[]>>;

  constructor(programs: Readonly<Record<string, FakeProgram[]>>) {
    super(smallTopology());
    this.#programs = programs;
  }

  override node(id: string): RunningNode {
    const spawn: RunningNode["spawn"] = async (argv, options) => {
      const program = this.#programs[id]?.shift();
      if (program === undefined) throw new Error(`${id} runs nothing more`);
      const spawned = await program.node.spawn(argv, options);
      program.say({ kind: "ready" });
      return spawned;
    };
    return { ...super.node(id), spawn };
  }
}

test("a request is sent on the node that is named, with the middle of its stamps as its moment", async () => {
  const [one, two] = [caller(), caller()];
  await using callers = await Callers.start(
    new CallingDeployment({ "app-1": [one], "app-2": [two] }),
    BOTH,
  );
  const called = await callers.call("app-2", { ...ASK, method: "POST", body: { hang: true } });
  expect(called.moment).toEqual({ monotonicNs: 2000n, uncertaintyNs: 1000n });
  expect(one.written).toEqual([]);
  expect(two.written).toMatchObject([
    {
      to: ASK.to,
      method: "POST",
      path: "/behaviour",
      body: '{"hang":true}',
      headers: { "content-type": "application/json" },
    },
  ]);
  expect(() => callers.call("client", ASK)).toThrow(/Nothing was prepared on node client/);
});

test("when one cannot be started, none is left", async () => {
  const one = caller();
  const starting = Callers.start(new CallingDeployment({ "app-1": [one] }), BOTH);
  await expect(starting).rejects.toThrow("app-2 runs nothing more");
  expect(await one.exited).toEqual({ code: 0, signal: null });
});

test("a connection that breaks is tried again, for its process may be ending", async () => {
  const one = caller("broken", "broken", "refused");
  await using callers = await Callers.start(
    new CallingDeployment({ "app-1": [one], "app-2": [caller()] }),
    BOTH,
  );
  expect((await callers.callInAnyCase("app-1", ASK))?.outcome).toBe("refused");
  expect(one.written).toHaveLength(3);
});

test("a program that has ended is replaced, unless its node is dead; a frozen node is not dead", async () => {
  const [one, next] = [caller(), caller()];
  const deployment = new CallingDeployment({ "app-1": [one, next], "app-2": [caller()] });
  await using callers = await Callers.start(deployment, BOTH);
  one.onWrite = () => one.exit(137);
  await expect(callers.call("app-1", ASK)).rejects.toThrow(/The program .* ended/);
  deployment.inspections.set("app-1", { running: 0, stopped: 0, connected: false });
  expect(await callers.callInAnyCase("app-1", ASK)).toBeNull();
  deployment.inspections.set("app-1", { running: 0, stopped: 2, connected: true });
  expect((await callers.callInAnyCase("app-1", ASK))?.status).toBe(200);
  expect(await next.exited).toEqual({ code: 0, signal: null });
});

test("only an answer of success is accepted; anything else is told with what was said", async () => {
  const called = { headers: {}, moment: { monotonicNs: 0n, uncertaintyNs: 0n }, tookMs: 1 };
  const answer = (status: number) =>
    ({ ...called, outcome: "answered", status, body: "no\n" }) as const;
  expect(accepted(answer(204), "GET /")).toEqual(answer(204));
  expect(() => accepted(answer(400), "GET /x")).toThrow(/^GET \/x was answered 400: no\. Correct/);
  const silent = { ...called, outcome: "silent", status: null, body: "nothing" } as const;
  expect(() => accepted(silent, "GET /x")).toThrow(/^GET \/x ended silent: nothing\. /);
});
