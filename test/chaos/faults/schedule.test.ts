import { describe, expect, test } from "vitest";
import type { Fault, InjectionContext, PreparedFault } from "../../../chaos/faults/fault.ts";
import { injectWithJournal } from "../../../chaos/faults/injected.ts";
import { injectAll, type ScheduleSetting } from "../../../chaos/faults/schedule.ts";
import type { Heartbeat } from "../../../chaos/scenario.ts";
import { together } from "../../../chaos/faults/together.ts";
import { smallTopology } from "../environment/small-topology.ts";
import { eventOf, FakeDeployment, FakeJournal } from "./fake-deployment.ts";

const now = (): bigint => process.hrtime.bigint();
const msFrom = (from: bigint, to: bigint): number => Number(to - from) / 1e6;

interface Life {
  /** `inject one`, `verify one`, `heal one`, with their times. */
  readonly log: string[];
  readonly times: Map<string, bigint>;
}

/** A fault that writes down its life, and fails where it is told to. */
function fault(
  name: string,
  { log, times }: Life,
  failing: { readonly inject?: Error; readonly verify?: Error; readonly heal?: Error } = {},
): { readonly fault: Fault; readonly prepared: PreparedFault; readonly asked: InjectionContext[] } {
  const asked: InjectionContext[] = [];
  const note = (what: string, error: Error | undefined): bigint => {
    const at = now();
    log.push(`${what} ${name}`);
    times.set(`${what} ${name}`, at);
    if (error !== undefined) throw error;
    return at;
  };
  const moment = (what: "inject" | "heal") => async () => ({
    monotonicNs: note(what, failing[what]),
    uncertaintyNs: 500_000n,
  });
  const prepared: PreparedFault = {
    aim: () => `${name}-target`,
    inject: (context) => {
      asked.push(context);
      return injectWithJournal(
        context.journal,
        { fault: name, target: `${name}-target`, undo: `heal ${name}` },
        {
          act: moment("inject"),
          verify: async () => {
            note("verify", failing.verify);
            return { active: true, evidence: `saw ${name}` };
          },
          undo: moment("heal"),
        },
      );
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const described: Fault = {
    kind: name,
    title: `the fault ${name}`,
    check: () => undefined,
    targets: () => [name],
    prepare: () => Promise.resolve(prepared),
  };
  return { fault: described, prepared, asked };
}

const life = (): Life => ({ log: [], times: new Map() });
function setting(change: Partial<ScheduleSetting> = {}): ScheduleSetting {
  return {
    heartbeat: undefined,
    phaseFraction: 0.5,
    journal: new FakeJournal(),
    signal: new AbortController().signal,
    onHealing: () => undefined,
    ...change,
  };
}
const step = (
  made: ReturnType<typeof fault>,
  when: { readonly afterMs?: number; readonly forMs?: number } = {},
) => ({ step: { fault: made.fault, afterMs: 0, ...when }, fault: made.prepared });

test("faults are injected, looked at and healed one after another, no sooner than asked", async () => {
  const seen = life();
  const [one, two] = [fault("one", seen), fault("two", seen)];
  let healings = 0;
  const begin = now();
  const schedule = await injectAll(
    setting({ onHealing: () => void (healings += 1) }),
    new FakeDeployment(smallTopology()),
    [step(one, { afterMs: 20, forMs: 30 }), step(two, { afterMs: 10, forMs: 5 })],
  );
  expect(seen.log).toEqual([
    "inject one",
    "verify one",
    "heal one",
    "inject two",
    "verify two",
    "heal two",
  ]);
  expect(healings).toBe(2);
  const at = (what: string): bigint => seen.times.get(what) ?? 0n;
  // A timer may fire within the millisecond before.
  expect(msFrom(begin, at("inject one"))).toBeGreaterThanOrEqual(19);
  expect(msFrom(at("inject one"), at("heal one"))).toBeGreaterThanOrEqual(29);
  expect(msFrom(at("heal one"), at("inject two"))).toBeGreaterThanOrEqual(9);
  expect(msFrom(begin, at("heal two"))).toBeLessThan(5_000);
  expect(schedule.endNs).toBe(at("heal two"));
  expect(schedule.hurt).toMatchObject({ target: "one-target", owner: null });
  expect(schedule.first.target).toBe("one-target");
  expect(schedule.faults).toEqual(
    (["one", "two"] as const).map((name) => ({
      kind: name,
      title: `the fault ${name}`,
      target: `${name}-target`,
      injectedNs: at(`inject ${name}`).toString(),
      uncertaintyMs: 0.5,
      healedNs: at(`heal ${name}`).toString(),
      verified: { active: true, evidence: `saw ${name}` },
    })),
  );
  expect(schedule.faultEvents.map(({ type, data }) => `${type} ${String(data["fault"])}`)).toEqual([
    "fault.injected one",
    "fault.verified one",
    "fault.healed one",
    "fault.injected two",
    "fault.verified two",
    "fault.healed two",
  ]);
});

test("a fault that consists of several is recorded with all of them, another without", async () => {
  const seen = life();
  const both = together([fault("one", seen).fault, fault("two", seen).fault]);
  const deployment = new FakeDeployment(smallTopology());
  await using prepared = await both.prepare(deployment);
  const { faults } = await injectAll(setting(), deployment, [
    { step: { fault: both, afterMs: 0 }, fault: prepared },
    step(fault("three", seen)),
  ]);
  expect(faults).toMatchObject([
    {
      kind: "together",
      target: "one-target",
      parts: [
        { kind: "one", target: "one-target" },
        { kind: "two", target: "two-target" },
      ],
    },
    { kind: "three", target: "three-target" },
  ]);
  expect(faults[1]).not.toHaveProperty("parts");
});

test("a fault without a time to heal stays active, and the schedule ends with its injection", async () => {
  const seen = life();
  const journal = new FakeJournal();
  const schedule = await injectAll(setting({ journal }), new FakeDeployment(smallTopology()), [
    step(fault("one", seen)),
  ]);
  expect(seen.log).toEqual(["inject one", "verify one"]);
  expect(journal.lines).toEqual(["intent"]);
  expect(schedule.faults[0]?.healedNs).toBeNull();
  expect(schedule.endNs).toBe(seen.times.get("inject one"));
});

describe("whatever goes wrong, what was injected and is to be healed is healed:", () => {
  test("a later fault cannot be injected", async () => {
    const seen = life();
    const journal = new FakeJournal();
    const running = injectAll(setting({ journal }), new FakeDeployment(smallTopology()), [
      step(fault("one", seen), { forMs: 0 }),
      step(fault("two", seen, { inject: new Error("two cannot") }), { forMs: 10 }),
    ]);
    await expect(running).rejects.toThrow("two cannot");
    expect(seen.log).toEqual(["inject one", "verify one", "heal one", "inject two", "heal two"]);
    expect(journal.lines).toEqual(["intent", "done", "intent", "done"]);
  });

  test("the run is stopped while the fault is active", async () => {
    const seen = life();
    const stop = new AbortController();
    const made = fault("one", seen);
    const running = injectAll(
      setting({ signal: stop.signal, journal: new FakeJournal() }),
      new FakeDeployment(smallTopology()),
      [
        step(
          {
            ...made,
            prepared: {
              ...made.prepared,
              inject: async (context) => {
                const injected = await made.prepared.inject(context);
                setImmediate(() => stop.abort(new Error("Ctrl-C")));
                return injected;
              },
            },
          },
          { forMs: 60_000 },
        ),
      ],
    );
    await expect(running).rejects.toMatchObject({ cause: new Error("Ctrl-C") });
    expect(seen.log).toEqual(["inject one", "verify one", "heal one"]);
  });

  test("the run is stopped while the fault is looked at, however long that would take", async () => {
    const seen = life();
    const stop = new AbortController();
    const made = fault("one", seen);
    const told: (AbortSignal | undefined)[] = [];
    const endless: PreparedFault = {
      ...made.prepared,
      inject: async (context) => ({
        ...(await made.prepared.inject(context)),
        verify: (signal) => {
          told.push(context.signal, signal);
          setImmediate(() => stop.abort(new Error("Ctrl-C")));
          return new Promise(() => undefined);
        },
      }),
    };
    const events: string[] = [];
    const running = injectAll(
      setting({ signal: stop.signal, onEvent: ({ type }) => events.push(type) }),
      new FakeDeployment(smallTopology()),
      [
        { step: { fault: made.fault, afterMs: 0, forMs: 1 }, fault: endless },
        step(fault("two", seen), { forMs: 1 }),
      ],
    );
    await expect(running).rejects.toEqual(new Error("Ctrl-C"));
    expect(seen.log).toEqual(["inject one", "heal one"]);
    expect(events).toEqual(["fault.injected"]);
    expect(told).toEqual([stop.signal, stop.signal]);
  });

  test("a look that the stop itself ends is not taken for a fault that was not active", async () => {
    const seen = life();
    const stop = new AbortController();
    const made = fault("one", seen);
    const ended: PreparedFault = {
      ...made.prepared,
      inject: async (context) => ({
        ...(await made.prepared.inject(context)),
        verify: async () => {
          stop.abort(new Error("Ctrl-C"));
          throw new Error("the look was ended");
        },
      }),
    };
    const events: string[] = [];
    const running = injectAll(
      setting({ signal: stop.signal, onEvent: ({ type }) => events.push(type) }),
      new FakeDeployment(smallTopology()),
      [{ step: { fault: made.fault, afterMs: 0 }, fault: ended }],
    );
    await expect(running).rejects.toEqual(new Error("Ctrl-C"));
    expect(events).toEqual(["fault.injected"]);
  });

  test("a run that was stopped before injects nothing", async () => {
    const seen = life();
    const stop = new AbortController();
    stop.abort(new Error("Ctrl-C"));
    const running = injectAll(
      setting({ signal: stop.signal }),
      new FakeDeployment(smallTopology()),
      [step(fault("one", seen), { forMs: 5 })],
    );
    await expect(running).rejects.toMatchObject({ cause: new Error("Ctrl-C") });
    expect(seen.log).toEqual([]);
  });

  test("the healing itself fails, which is told", async () => {
    const seen = life();
    const running = injectAll(setting(), new FakeDeployment(smallTopology()), [
      step(fault("one", seen, { heal: new Error("stuck") }), { forMs: 1 }),
    ]);
    const error: unknown = await running.catch((reason: unknown) => reason);
    expect(error instanceof SuppressedError ? error.suppressed : error).toEqual(new Error("stuck"));
    // Once more at the end: what stood in its way may be gone.
    expect(seen.log).toEqual(["inject one", "verify one", "heal one", "heal one"]);
  });
});

test("a look at a fault that fails has not seen it active, and the trial goes on", async () => {
  const seen = life();
  const schedule = await injectAll(setting(), new FakeDeployment(smallTopology()), [
    step(fault("one", seen, { verify: new Error("cannot look") }), { forMs: 1 }),
  ]);
  expect(schedule.faults[0]?.verified).toEqual({ active: false, evidence: "cannot look" });
  expect(seen.log).toContain("heal one");
});

test("a schedule without faults is refused", async () => {
  await expect(injectAll(setting(), new FakeDeployment(smallTopology()), [])).rejects.toThrow(
    /at least one fault/,
  );
});

describe("aiming at a phase", () => {
  const PERIOD_MS = 40;
  const heartbeat: Heartbeat = {
    of: "advert",
    periodMs: PERIOD_MS,
    silenced: false,
    isBeat: ({ type }) => type === "vrrp.advert",
  };
  const beats = (deployment: FakeDeployment, count: number): bigint => {
    const last = now();
    for (let back = count - 1; back >= 0; back -= 1) {
      const at = last - BigInt(back * PERIOD_MS * 1e6);
      deployment.stream.push(eventOf("app-1", "vrrp.advert", {}, at));
    }
    return last;
  };

  test.for([0, 0.25, 0.5, 0.99])(
    "the first fault is asked for at the fraction %s of the measured period, with time to act",
    async (phaseFraction) => {
      const deployment = new FakeDeployment(smallTopology());
      const last = beats(deployment, 6);
      const [one, two] = [fault("one", life()), fault("two", life())];
      const asked = now();
      const schedule = await injectAll(setting({ heartbeat, phaseFraction }), deployment, [
        step(one, { forMs: 0 }),
        step(two, { forMs: 0 }),
      ]);
      const atNs = one.asked[0]?.atNs ?? 0n;
      const phaseMs = msFrom(last, atNs) % PERIOD_MS;
      expect(phaseMs).toBeCloseTo(phaseFraction * PERIOD_MS, 5);
      expect(msFrom(asked, atNs)).toBeGreaterThanOrEqual(6);
      expect(schedule.wantedMs).toBeCloseTo(phaseFraction * PERIOD_MS, 5);
      // Only the first one decides; later ones come when they come.
      expect(two.asked[0]?.atNs).toBeUndefined();
    },
  );

  test("beats that are yet to come are waited for", async () => {
    const deployment = new FakeDeployment(smallTopology());
    const made = fault("one", life());
    const running = injectAll(setting({ heartbeat }), deployment, [step(made)]);
    beats(deployment, 2);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(made.asked).toEqual([]);
    deployment.stream.push(eventOf("app-1", "vrrp.advert"));
    await running;
    expect(made.asked[0]?.atNs).toBeTypeOf("bigint");
  });

  test("without a heartbeat, as in a control, the fault is injected at once after eight periods of patience", async () => {
    const made = fault("one", life());
    const begin = now();
    const schedule = await injectAll(setting({ heartbeat }), new FakeDeployment(smallTopology()), [
      step(made),
    ]);
    expect(made.asked[0]?.atNs).toBeUndefined();
    expect(schedule.wantedMs).toBeNull();
    const tookMs = msFrom(begin, now());
    expect(tookMs).toBeGreaterThanOrEqual(8 * PERIOD_MS - 1);
    expect(tookMs).toBeLessThan(5_000);
  });
});
