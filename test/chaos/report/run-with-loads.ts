import type { Arrivals, Traffic } from "../../../chaos/measurement/probe.ts";
import type { NamedLoadRecord } from "../../../chaos/report/load-record.ts";
import type { RunRecord } from "../../../chaos/report/record.ts";
import { passingRun } from "./fixture.ts";

/** A run of one trial with every kind of load and of arrivals, and a trial that a rule ended. */
export function runWithLoads(): RunRecord {
  const { record } = passingRun(42, 1);
  const [trial] = record.trials;
  if (trial === undefined) throw new RangeError("The run has no trial.");
  const { load } = record;
  const named = (id: string, traffic: Traffic, arrivals: Arrivals): NamedLoadRecord => ({
    ...load,
    ...{ id, traffic, arrivals, class: traffic.kind },
    otherTargets: ["198.18.7.11:8080/"],
    retries: 2,
  });
  const alongside = [
    named("kept", { kind: "kept-alive", connections: 4 }, { kind: "poisson" }),
    named(
      "streams",
      { kind: "long-lived", connections: 9, everyMs: 50 },
      { kind: "ramp", fromPerSecond: 0, overMs: 100 },
    ),
    named(
      "carts",
      { kind: "session", users: 5 },
      { kind: "bursts", burstPerSecond: 9, everyMs: 50, forMs: 5 },
    ),
  ];
  const { probes, quality } = trial;
  const besides = alongside.map(({ id }, index) => ({
    ...{ id, probes },
    quality: index === 0 ? null : quality,
  }));
  return {
    ...record,
    alongside,
    abortRules: ["a trial took longer than 5 ms"],
    blastRadius: { nodesDown: 2, allowTotalLoss: true },
    trials: [{ ...trial, alongside: besides, abortedBy: "a trial took longer than 5 ms" }],
  };
}
