import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FaultError } from "../../../chaos/faults/fault.ts";
import { ProberStream } from "../../../chaos/load/prober-stream.ts";
import { PROBE_PROTOCOL, type ProbePlan } from "../../../chaos/measurement/probe.ts";
import { FakeProgram, PLAN, QUALITY, record, startedProber } from "./fake-program.ts";

/** Lets everything that can go on go on. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("the plan is sent once the prober is ready, and the stream runs once its schedule has begun", async () => {
  const program = new FakeProgram();
  let running = false;
  const starting = ProberStream.start(program.node, PLAN).then((stream) => {
    running = true;
    return stream;
  });
  await settle();
  expect(program.argv).toEqual(["evenkeel-prober"]);
  expect(program.written).toEqual([]);
  program.say({ kind: "ready", protocol: PROBE_PROTOCOL });
  await settle();
  expect(program.written).toEqual([PLAN]);
  expect(running).toBe(false);
  program.say({ kind: "started", startNs: "1" });
  const stream = await starting;
  expect(stream.records).toEqual([]);
  expect([stream.lastSuccessNs, stream.lastFailureNs]).toEqual([null, null]);
});

describe("a prober that does not start is one error, and its program is ended:", () => {
  test.for([
    {
      how: "it speaks another version",
      say: (program: FakeProgram) => program.say({ kind: "ready", protocol: "evenkeel.probe/0" }),
      says: "speaks evenkeel.probe/0, not evenkeel.probe/4",
      killed: true,
    },
    {
      how: "it refuses the plan",
      say: (program: FakeProgram) => {
        program.say({ kind: "ready", protocol: PROBE_PROTOCOL });
        program.say({ kind: "refused", reason: "refuses a rate of 0" });
      },
      says: "refuses a rate of 0",
      killed: true,
    },
    {
      how: "it says half a line",
      say: (program: FakeProgram) => program.sayLine('{"kind":"rea'),
      says: 'said what is no object in JSON: {"kind":"rea',
      killed: true,
    },
    {
      how: "it ends by itself",
      say: (program: FakeProgram) => {
        program.complain("cannot find module");
        program.exit(1);
      },
      says: "ended by itself: cannot find module",
      killed: false,
    },
  ])("$how", async ({ say, says, killed }) => {
    const program = new FakeProgram();
    const starting = ProberStream.start(program.node, PLAN).catch((error: unknown) => error);
    await settle();
    say(program);
    const error = await starting;
    expect(error).toBeInstanceOf(FaultError);
    expect(String(error)).toContain(`The prober ${says}`);
    expect(String(error)).toMatch(/Look at the client node's logs/);
    if (killed) expect(program.signals).toEqual(["SIGKILL"]);
    // Whatever else was awaited of it is nobody's unhandled error.
    await program.exited;
    await settle();
  });
});

describe("deadlines", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  test("a prober that says nothing is given up on after five seconds, and killed", async () => {
    const program = new FakeProgram();
    let ended = false;
    const starting = ProberStream.start(program.node, PLAN)
      .catch((error: unknown) => error)
      .finally(() => (ended = true));
    await vi.advanceTimersByTimeAsync(4_999);
    expect(ended).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(String(await starting)).toContain("The prober did not start within 5000 ms");
    expect(program.signals).toEqual(["SIGKILL"]);
  });

  test("a prober that does not end is given up on after its last probe's timeout and three seconds", async () => {
    const { stream } = await startedProber();
    const stopping = stream.stop().catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(PLAN.totalTimeoutMs + 3_000);
    expect(String(await stopping)).toContain("did not end after its last probe within 3250 ms");
  });
});

test("the latest failure and success are by when the probes were to be sent, not by when they ended", async () => {
  const { stream, take } = await startedProber();
  take(record(30n), record(10n, "timeout"), record(20n, "refused"));
  take(record(25n), record(5n, "http_error"));
  expect(stream.lastSuccessNs).toBe(30n);
  expect(stream.lastFailureNs).toBe(20n);
  expect(stream.records.map(({ intendedNs }) => intendedNs)).toEqual(["30", "10", "20", "25", "5"]);
});

test("the latest probe that was sent 5 ms late or later is told, and the account can begin anew", async () => {
  const { program, stream, take } = await startedProber();
  take(record(30n), record(20n, "ok", 4_999_999n));
  expect(stream.lastLateNs).toBeNull();
  take(record(40n, "timeout", 5_000_000n), record(10n, "ok", 9_000_000n));
  expect(stream.lastLateNs).toBe(40n);
  stream.accountAnew();
  expect(program.written.at(-1)).toEqual({ command: "account-anew" });
});

test("a stop waits for the prober's own account, which is kept; then nothing is killed", async () => {
  const { program, stream } = await startedProber();
  const stopping = stream.stop();
  await settle();
  expect(program.written.at(-1)).toEqual({ command: "stop" });
  program.say({ kind: "done", quality: QUALITY });
  expect(await stopping).toEqual(QUALITY);
  expect(await stream.stop()).toEqual(QUALITY);
  program.exit(0);
  await stream[Symbol.asyncDispose]();
  expect(program.signals).toEqual([]);
});

test("a prober whose schedule is over before its trial has no account to give", async () => {
  const { program, stream } = await startedProber();
  program.say({ kind: "done", quality: QUALITY });
  program.exit(0);
  await settle();
  await expect(stream.stop()).rejects.toThrow("The prober ended before its trial did");
});

test("a prober that ended by itself has no account to give", async () => {
  const { program, stream } = await startedProber();
  program.complain("out of memory");
  program.exit(134);
  await settle();
  await expect(stream.stop()).rejects.toThrow("The prober ended by itself: out of memory");
});

test.for(['{"kind":"records","rec', "null", "out of memory"])(
  "a prober that says %s has no account to give, and nothing else is harmed",
  async (line) => {
    const { program, stream, take } = await startedProber();
    take(record(1n));
    expect(() => program.sayLine(line)).not.toThrow();
    program.exit(137);
    await settle();
    const error = await stream.stop().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FaultError);
    expect(String(error)).toContain(`The prober said what is no object in JSON: ${line}`);
    expect(stream.records).toHaveLength(1);
  },
);

test("half a line of a prober that was told to end says nothing of it", async () => {
  const { program, stream } = await startedProber();
  const ending = stream[Symbol.asyncDispose]();
  expect(() => program.sayLine('{"kind":"records","rec')).not.toThrow();
  await ending;
  await expect(stream.stop()).rejects.toThrow("The prober ended by itself");
});

test("letting go of a prober that still sends ends it", async () => {
  const { program, stream } = await startedProber();
  await stream[Symbol.asyncDispose]();
  expect(program.signals).toEqual(["SIGKILL"]);
});

describe("a load of long-lived connections", () => {
  const LONG: ProbePlan = {
    ...PLAN,
    traffic: { kind: "long-lived", connections: 3, everyMs: 50 },
  };

  async function started() {
    const program = new FakeProgram();
    program.onWrite = () => program.say({ kind: "started", startNs: "1" });
    const starting = ProberStream.start(program.node, LONG, "streams");
    queueMicrotask(() => program.say({ kind: "ready", protocol: PROBE_PROTOCOL }));
    const stream = await starting;
    const open = (atNs: string, count: number, lost = 0): void =>
      program.say({ kind: "open", atNs, count, lost });
    return { program, stream, open };
  }

  test("is well while all of them are open, and not before", async () => {
    const { stream, open } = await started();
    expect(stream.words).toBe("load streams: 0 of 3 connections open, 0 lost");
    open("10", 2);
    expect([stream.lastSuccessNs, stream.lastFailureNs]).toEqual([null, 10n]);
    open("20", 3);
    open("30", 3);
    expect([stream.lastSuccessNs, stream.lastFailureNs]).toEqual([30n, 10n]);
  });

  test("has failed when one is lost, once, and never succeeds again", async () => {
    const { stream, open } = await started();
    open("10", 3);
    open("20", 2, 1);
    open("30", 2, 1);
    expect([stream.lastSuccessNs, stream.lastFailureNs]).toEqual([10n, 20n]);
    expect(stream.words).toBe("load streams: 2 of 3 connections open, 1 lost");
  });

  test("is named in what its prober could not do", async () => {
    const { program, stream } = await started();
    program.exit(1);
    await expect(stream.stop()).rejects.toThrow("The prober of load streams ended by itself");
  });
});
