import type { Outcome } from "../../../../chaos/measurement/probe.ts";
import type { LoadedRun, TrialProbe } from "../../../../chaos/report/run-folder.ts";
import { passingRun } from "../fixture.ts";

/** Connections and users of each trial. */
const CONNECTIONS = 12;
const USERS = 3;

/**
 * The run of `passingRun` with two more loads: long-lived connections, of which those on the balancer
 * that dies are cut one after the other, and users of whom one loses an item in every trial.
 */
export function runWithLoads(count = 4): LoadedRun {
  const run = passingRun(42, count);
  const more = run.record.trials.flatMap((trial): TrialProbe[] => {
    const { injected } = trial.marks;
    if (injected.atMs === null) return [];
    const ns = (atMs: number): string =>
      (BigInt(injected.monotonicNs) + BigInt(Math.round(atMs * 1e6))).toString();
    const probe = (load: string, seq: number, from: number, to: number, outcome: Outcome) => ({
      load,
      trial: trial.index,
      seq,
      intendedNs: ns(from),
      sentNs: ns(from + 0.1),
      completedNs: ns(to),
      outcome,
      status: outcome === "ok" ? 200 : null,
      bytes: 100,
    });
    const streams = Array.from({ length: CONNECTIONS }, (_, seq): TrialProbe => {
      const cut = seq % 2 === 0 && seq < 8;
      const to = cut ? 20 + seq * 10 + trial.index : 900;
      return {
        ...probe("streams", seq, -500 + seq, to, cut ? "eof" : "ok"),
        class: "long-lived",
        node: `web-${1 + (seq % 3)}`,
        balancer: seq % 2 === 0 ? "lb-a" : "lb-b",
        lines: Math.round((to + 500) / 50),
      };
    });
    const users = Array.from({ length: 40 }, (_, seq): TrialProbe => {
      const at = -400 + seq * 25;
      return {
        ...probe("users", seq, at, at + 3, at > 0 && at < 80 ? "timeout" : "ok"),
        class: "session",
        node: "web-1",
        balancer: "lb-a",
        user: seq % USERS,
        ...(seq === 30 ? { missing: 2 } : {}),
        ...(seq === 33 ? { lostSession: true } : {}),
      };
    });
    return [...streams, ...users];
  });
  const { load } = run.record;
  const alongside: LoadedRun["record"]["alongside"] = [
    {
      ...load,
      id: "streams",
      class: "long-lived",
      traffic: { kind: "long-lived", connections: CONNECTIONS, everyMs: 50 },
    },
    {
      ...load,
      id: "users",
      ratePerSecond: 40,
      class: "session",
      traffic: { kind: "session", users: USERS },
      arrivals: { kind: "ramp", fromPerSecond: 5, overMs: 400 },
      otherTargets: ["198.18.7.101:8080/cart"],
      retries: 2,
    },
  ];
  const trials = run.record.trials.map((trial) => ({
    ...trial,
    alongside: alongside.map(({ id }) => ({ id, probes: trial.probes, quality: trial.quality })),
  }));
  return { ...run, record: { ...run.record, alongside, trials }, probes: [...run.probes, ...more] };
}
