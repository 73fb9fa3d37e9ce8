import { seenLoad } from "../load/seen-load.ts";
import { countProbes } from "../measurement/counts.ts";
import { timedProbes } from "../measurement/recovery.ts";
import type { JudgedTrial } from "../objectives/verdict.ts";
import { unmeasuredTrial } from "../report/new-record.ts";
import type { Mark, TrialRecord } from "../report/record.ts";
import type { TrialAborted } from "./trial-aborted.ts";

/** A trial that a rule ended: why, and what was seen until then. Nothing of it is judged. */
export function abortedTrial(
  identity: Pick<TrialRecord, "index" | "repeats" | "seed">,
  { rule, evidence }: TrialAborted,
  reason: string,
): JudgedTrial {
  const { events = [], probes = [], alongside = {} } = evidence ?? {};
  const injected = events.find(({ type }) => type === "fault.injected");
  const injectedNs = injected === undefined ? null : BigInt(injected.monotonicNs);
  // Before any fault, everything is before it.
  const atNs = injectedNs ?? process.hrtime.bigint();
  const around = { steadyNs: 0n, injectedNs: atNs, uncertaintyNs: 0n, recoveredNs: null };
  const unmeasured = unmeasuredTrial(identity, "aborted", reason);
  const target = injected?.data["target"];
  const mark: Mark =
    injected === undefined
      ? unmeasured.marks.injected
      : { atMs: 0, monotonicNs: injected.monotonicNs, seenBy: "environment" };
  return {
    record: {
      ...unmeasured,
      abortedBy: rule,
      target: typeof target === "string" ? target : null,
      marks: { ...unmeasured.marks, injected: mark },
      probes: countProbes(timedProbes(probes), 0n, atNs, 0n, null).probes,
      alongside: Object.entries(alongside).map(
        ([id, records]) => seenLoad(id, records, null, around).record,
      ),
    },
    data: null,
    events,
    probes,
    alongside,
  };
}
