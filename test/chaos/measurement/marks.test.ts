import { describe, expect, test } from "vitest";
import { EVENT_SCHEMA, type EventLine, type EventType } from "../../../balancer/index.ts";
import { measureTrial, type MarksInput } from "../../../chaos/measurement/marks.ts";
import type { Outcome, ProbeRecord } from "../../../chaos/measurement/probe.ts";

const P1_MS = 10_000;
const STEP_MS = 5;

/** When a probe is meant to start relative to the fault: outcome, how long it takes, and who answers. */
type Fate = (atMs: number) => {
  readonly outcome: Outcome;
  readonly tookMs: number;
  readonly node?: string;
};

const fine = { outcome: "ok", tookMs: 2, node: "b1" } as const;
const timedOut = { outcome: "timeout", tookMs: 100 } as const;

function ns(atMs: number): string {
  return BigInt(Math.round((P1_MS + atMs) * 1e6)).toString();
}

/** Probes every 5 ms from −200 ms, one of them 1 ms after the fault. */
function probes(untilMs: number, fate: Fate): ProbeRecord[] {
  const records: ProbeRecord[] = [];
  for (let atMs = -199; atMs <= untilMs; atMs += STEP_MS) {
    const { outcome, tookMs, node = null } = fate(atMs);
    records.push({
      seq: records.length,
      class: "fresh",
      intendedNs: ns(atMs),
      sentNs: ns(atMs + 0.1),
      completedNs: ns(atMs + tookMs),
      outcome,
      status: outcome === "ok" ? 200 : null,
      node,
      balancer: node === null ? null : "lb-b",
      bytes: 2,
    });
  }
  return records;
}

function event(atMs: number, type: EventType): EventLine {
  return {
    schema: EVENT_SCHEMA,
    node: "lb-b",
    process: "keepalived",
    monotonicNs: ns(atMs),
    type,
    data: {},
  };
}

const is = (type: EventType) => ({
  title: type,
  matches: (line: EventLine) => line.type === type,
});

function measure(input: Partial<MarksInput> & Pick<MarksInput, "probes">) {
  return measureTrial({
    events: [
      event(250, "vrrp.master"),
      event(251, "address.added"),
      event(252, "neighbour.changed"),
    ],
    armedNs: BigInt(ns(-50)),
    injectedNs: BigInt(ns(0)),
    stableMs: 100,
    detected: is("vrrp.master"),
    elected: is("address.added"),
    moved: is("neighbour.changed"),
    ...input,
  });
}

describe("marks of a takeover", () => {
  // Probes that start from the fault until 251 ms after it time out.
  const takeover = probes(1_000, (at) => (at > 0 && at < 251 ? timedOut : fine));

  test("are dated by intended time for failures and by completion for successes", () => {
    const { marks } = measure({ probes: takeover });
    expect(marks).toMatchObject({
      armed: { atMs: -50 },
      injected: { atMs: 0, seenBy: "environment" },
      impact: { atMs: 1, seenBy: "prober, timeout" },
      detected: { atMs: 250, seenBy: "vrrp.master of keepalived on lb-b" },
      elected: { atMs: 251 },
      moved: { atMs: 252 },
      recovered: { atMs: 253, seenBy: "prober, answered by lb-b, b1" },
      stable: { atMs: 246 + 100 },
    });
    expect(marks.recovered).toMatchObject({ monotonicNs: ns(253) });
  });

  test("the outage runs from the fault, the client's gap from the first failed probe", () => {
    const trial = measure({ probes: takeover });
    expect(trial.outage).toEqual({ value: 253 });
    expect(trial.clientGap).toEqual({ value: 252 });
    expect(trial.notes).toEqual([]);
  });

  test("the phases add up to the outage", () => {
    const { phases } = measure({ probes: takeover });
    expect(phases).toEqual({
      detection: { value: 250 },
      decision: { value: 1 },
      propagation: { value: 1 },
      client: { value: 1 },
    });
  });

  test("probes are counted by outcome and by when they were meant to start", () => {
    const { probes: counts, baselineFailures } = measure({ probes: takeover });
    expect(counts).toMatchObject({
      sent: 240,
      failedBefore: 0,
      failedDuring: 50,
      failedAfter: 0,
      inFlightAtFault: 0,
    });
    expect(counts.byOutcome).toMatchObject({ ok: 190, timeout: 50, refused: 0 });
    expect(baselineFailures).toBe(0);
  });

  test("a request that was under way at the fault and succeeds is not the recovery", () => {
    const slow = probes(1_000, (at) => {
      if (at > 0 && at < 251) return timedOut;
      return { ...fine, tookMs: at > -50 && at < 0 ? 55 : 2 };
    });
    const trial = measure({ probes: slow });
    expect(trial.outage).toEqual({ value: 253 });
    expect(trial.probes.inFlightAtFault).toBe(10);
  });

  test("a success that began after the fault but before the first failure is not the recovery", () => {
    const lucky = probes(1_000, (at) => {
      if (at === 1) return { ...fine, tookMs: 60 };
      return at > 0 && at < 251 ? timedOut : fine;
    });
    const trial = measure({ probes: lucky });
    expect(trial.marks.impact).toMatchObject({ atMs: 6 });
    expect(trial.outage).toEqual({ value: 253 });
  });

  test("a success sent while the fault was still taking effect is not the recovery", () => {
    const gradual = probes(1_000, (at) => {
      if (at === 6) return fine;
      return at > 0 && at < 251 ? timedOut : fine;
    });
    expect(measure({ probes: gradual }).outage).toEqual({ value: 8 });
    expect(measure({ probes: gradual, uncertaintyNs: 10_000_000n }).outage).toEqual({ value: 253 });
  });

  test("only a success over the new path counts, where the scenario can tell", () => {
    const stray = probes(1_000, (at) => {
      if (at === 101) return { ...fine, node: "b0" };
      return at > 0 && at < 251 ? timedOut : fine;
    });
    const trial = measure({ probes: stray, viaNewPath: (probe) => probe.node === "b1" });
    expect(trial.outage).toEqual({ value: 253 });
  });

  test("the earliest completion counts, not the earliest start", () => {
    // A handshake that was repeated: it began first and ended last.
    const repeated = probes(1_000, (at) => {
      if (at === 201) return { ...fine, tookMs: 90 };
      return at > 0 && at < 251 ? timedOut : fine;
    });
    expect(measure({ probes: repeated }).outage).toEqual({ value: 253 });
  });

  test("requests that were open at the fault and failed belong to the time before it, and to the client's gap", () => {
    const lost = probes(1_000, (at) => {
      if (at > -20 && at < 0) return { outcome: "reset", tookMs: 20 };
      return at > 0 && at < 251 ? timedOut : fine;
    });
    const trial = measure({ probes: lost });
    expect(trial.probes).toMatchObject({ failedBefore: 4, failedInFlight: 4, inFlightAtFault: 4 });
    expect(trial).toMatchObject({ baselineFailures: 0, inFlightFailed: 4 });
    expect(trial.outage).toEqual({ value: 253 });
    expect(trial.clientGap).toEqual({ value: 253 + 19 });
  });

  test("a failure while the fault may be taking effect is not the baseline's", () => {
    const early = probes(1_000, (at) => (at === -9 ? { outcome: "refused", tookMs: 1 } : fine));
    const within = (uncertaintyMs: number) =>
      measure({ probes: early, uncertaintyNs: BigInt(uncertaintyMs) * 1_000_000n });
    expect(within(7)).toMatchObject({ baselineFailures: 1 });
    expect(within(9)).toMatchObject({ baselineFailures: 0 });
  });

  test("a failure that ended before the fault is the baseline's", () => {
    const shaky = probes(1_000, (at) => (at === -99 ? { outcome: "refused", tookMs: 1 } : fine));
    // Unless the steady state was found to hold only after it.
    const steadyNs = BigInt(ns(-99));
    expect(measure({ probes: shaky, steadyNs })).toMatchObject({ baselineFailures: 0 });
    expect(measure({ probes: shaky, steadyNs: steadyNs - 1n })).toMatchObject({
      baselineFailures: 1,
    });
    expect(measure({ probes: shaky })).toMatchObject({
      baselineFailures: 1,
      inFlightFailed: 0,
      outage: { value: 0 },
      clientGap: { value: 0 },
    });
  });
});

describe("a fault that no probe noticed", () => {
  const unharmed = probes(1_000, () => fine);

  test("has an outage of 0, no impact and no recovery, and a note", () => {
    const trial = measure({ probes: unharmed });
    expect(trial.outage).toEqual({ value: 0 });
    expect(trial.clientGap).toEqual({ value: 0 });
    expect(trial.marks.impact).toMatchObject({ atMs: null });
    expect(trial.marks.recovered).toEqual({
      atMs: null,
      reason: "no probe failed, so there was nothing to recover from",
    });
    expect(trial.marks.stable).toMatchObject({ atMs: 100 });
    expect(trial.phases.client).toMatchObject({ value: null });
    expect(trial.notes).toEqual([
      "no probe failed: an outage, if there was one, was shorter than the prober can see",
    ]);
  });

  test("is an outage all the same when every probe had to wait for its end", () => {
    // Frozen for 180 ms, with a timeout longer than that.
    const frozen = probes(1_000, (at) =>
      at > 0 && at < 180 ? { ...fine, tookMs: 182 - at } : fine,
    );
    const trial = measure({ probes: frozen });
    expect(trial.outage).toEqual({ value: 182 });
    expect(trial.clientGap).toEqual({ value: 181 });
    expect(trial.marks.impact).toMatchObject({ atMs: null });
    expect(trial.notes[0]).toContain("none was answered until the end");
  });

  test("is an outage too under a load that was slow at first, and at random", () => {
    // Nobody answers from the fault until 150 ms after it; answers otherwise take 2 ms.
    const stalled = (times: readonly number[]): ProbeRecord[] =>
      times.map((at, seq) => ({
        ...(probes(-199, () => fine)[0] as ProbeRecord),
        seq,
        intendedNs: ns(at),
        sentNs: ns(at + 0.1),
        completedNs: ns(at > 0 && at < 150 ? 150 : at + 2),
      }));
    // One a second, then every 5 ms.
    const even = Array.from({ length: 100 }, (_, k) => -200 + 5 * k + 1);
    expect(measure({ probes: stalled([-2_200, -1_200, ...even]) }).outage).toEqual({ value: 150 });
    // Crowded and sparse in turns, the widest gap first.
    const uneven = even.map((at, k) => at + (k % 3 === 0 ? -4 : 4));
    expect(measure({ probes: stalled([-400, ...uneven]) }).outage).toEqual({ value: 150 });
  });

  test("is not an outage because requests always take their time", () => {
    const slow = probes(1_000, () => ({ ...fine, tookMs: 50 }));
    expect(measure({ probes: slow }).outage).toEqual({ value: 0 });
  });

  test("lost only what was open: the outage is 0, the client's gap is not", () => {
    const lost = probes(1_000, (at) => (at === -4 ? { outcome: "reset", tookMs: 5 } : fine));
    const trial = measure({ probes: lost });
    expect(trial.outage).toEqual({ value: 0 });
    expect(trial.clientGap).toEqual({ value: 7 });
    expect(trial.inFlightFailed).toBe(1);
  });
});

describe("no data", () => {
  test("is never an outage of 0: without a probe after the fault everything is null", () => {
    const trial = measure({ probes: probes(-10, () => fine) });
    expect(trial.outage).toEqual({ value: null, reason: "no probe was sent after the fault" });
    expect(trial.clientGap).toMatchObject({ value: null });
    expect(trial.marks.stable).toMatchObject({ atMs: null });
    expect(measure({ probes: [] }).outage).toMatchObject({ value: null });
  });

  test("a mark without its event says which event was missing, and the phases say which mark", () => {
    const trial = measure({
      probes: probes(1_000, (at) => (at > 0 && at < 251 ? timedOut : fine)),
      events: [event(-30, "vrrp.master"), event(251, "address.added")],
      moved: { absent: "the address stays where it is" },
      armedNs: null,
    });
    expect(trial.marks.detected).toEqual({
      atMs: null,
      reason: 'no event "vrrp.master" after the fault',
    });
    expect(trial.marks.moved).toEqual({ atMs: null, reason: "the address stays where it is" });
    expect(trial.marks.armed).toMatchObject({ atMs: null });
    expect(trial.phases.detection).toEqual({
      value: null,
      reason: 'no mark "detected": no event "vrrp.master" after the fault',
    });
    expect(trial.outage).toEqual({ value: 253 });
  });
});

describe("failures with successes in between", () => {
  // One backend of three is dead until it is ejected 601 ms after the fault.
  const partial = probes(1_000, (at) =>
    at > 0 && at < 600 && ((at - 1) / STEP_MS) % 3 === 1 ? { outcome: "refused", tookMs: 1 } : fine,
  );

  test("end the outage at the first success after the first failure, and the notes say so", () => {
    const trial = measure({ probes: partial });
    expect(trial.marks.impact).toMatchObject({ atMs: 6 });
    expect(trial.outage).toEqual({ value: 13 });
    expect(trial.probes).toMatchObject({ failedDuring: 1, failedAfter: 39 });
    expect(trial.notes[0]).toContain("39 probes failed after the first success");
  });

  test("are stable only after the last of them", () => {
    expect(measure({ probes: partial }).marks.stable).toMatchObject({ atMs: 591 + 100 });
  });

  test("are not stable when the hold was not observed in full", () => {
    expect(measure({ probes: partial, stableMs: 500 }).marks.stable).toEqual({
      atMs: null,
      reason: "observed for 405 ms after the last failed probe, 500 ms are needed",
    });
  });
});

describe("several faults", () => {
  // The second takes effect 400 ms after the first.
  const lastInjectedNs = BigInt(ns(400));
  const early = probes(1_000, (at) => (at > 0 && at < 50 ? timedOut : fine));

  test("are stable only after the last of them, if nothing failed", () => {
    const unharmed = probes(1_000, () => fine);
    const { marks } = measure({ probes: unharmed, lastInjectedNs });
    expect(marks.stable).toMatchObject({ atMs: 400 + 100 });
  });

  test("are stable only after the last of them, if only an earlier one cost requests", () => {
    const { marks } = measure({ probes: early, lastInjectedNs });
    expect(marks.stable).toMatchObject({ atMs: 400 + 100 });
    expect(measure({ probes: early }).marks.stable).toMatchObject({ atMs: 46 + 100 });
  });

  test("are stable only after the last failure, if that came after all of them", () => {
    const late = probes(1_000, (at) => (at > 400 && at < 450 ? timedOut : fine));
    const { marks } = measure({ probes: late, lastInjectedNs });
    expect(marks.stable).toMatchObject({ atMs: 446 + 100 });
  });

  test("are not stable when the hold after the last was not observed in full", () => {
    expect(measure({ probes: early, lastInjectedNs, stableMs: 700 }).marks.stable).toEqual({
      atMs: null,
      reason: "observed for 596 ms after the last fault, 700 ms are needed",
    });
  });
});

describe("a fault without recovery", () => {
  const dead = probes(1_000, (at) => (at > 0 ? timedOut : fine));

  test("has no outage, with the time that was observed as the reason", () => {
    const trial = measure({ probes: dead });
    const reason = "not recovered within the 996 ms that were observed after the fault";
    expect(trial.outage).toEqual({ value: null, reason });
    expect(trial.clientGap).toEqual({ value: null, reason });
    expect(trial.marks.stable).toEqual({ atMs: null, reason });
    expect(trial.phases.client).toMatchObject({ value: null });
  });

  test("counts every failure as during", () => {
    expect(measure({ probes: dead }).probes).toMatchObject({ failedDuring: 200, failedAfter: 0 });
  });
});
