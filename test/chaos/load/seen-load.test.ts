import { expect, test } from "vitest";
import { seenLoad } from "../../../chaos/load/seen-load.ts";
import type { ProbeRecord } from "../../../chaos/measurement/probe.ts";
import { QUALITY, record } from "./fake-program.ts";

const AROUND = {
  steadyNs: 100n,
  injectedNs: 1_000n,
  uncertaintyNs: 10n,
  recoveredNs: 2_000n,
};

/** A connection that began before the steady state and ended then. */
function stream(completedNs: bigint, outcome: ProbeRecord["outcome"]): ProbeRecord {
  const begun = record(50n, outcome);
  return { ...begun, class: "long-lived", completedNs: completedNs.toString() };
}

test("failures count around the fault and the recovery of the main load", () => {
  const probes = [record(500n), record(1_500n, "reset"), record(2_500n, "eof")];
  const seen = seenLoad("kept", probes, QUALITY, AROUND);
  expect(seen).toMatchObject({ baselineFailures: 0, probes });
  expect(seen.record).toMatchObject({ id: "kept", quality: QUALITY });
  expect(seen.record.probes).toMatchObject({
    sent: 3,
    failedBefore: 0,
    failedDuring: 1,
    failedAfter: 1,
  });
});

test("a request that failed in the steady state speaks against the trial, one before it does not", () => {
  const probes = [record(90n, "reset"), record(500n, "reset")];
  expect(seenLoad("kept", probes, null, AROUND).baselineFailures).toBe(1);
});

test("a connection held since before the steady state does if it was lost in it, and not by the fault", () => {
  const baseline = (completedNs: bigint, outcome: ProbeRecord["outcome"]): number =>
    seenLoad("streams", [stream(completedNs, outcome)], null, AROUND).baselineFailures;
  expect(baseline(500n, "eof")).toBe(1);
  expect(baseline(500n, "ok")).toBe(0);
  expect(baseline(80n, "eof")).toBe(0);
  expect(baseline(995n, "eof")).toBe(0);
  expect(baseline(1_500n, "timeout")).toBe(0);
});

test("a held connection that is lost counts to the time at which it was", () => {
  const probes = [stream(995n, "eof"), stream(1_500n, "eof"), stream(2_500n, "eof")];
  const { record: seen } = seenLoad("streams", [...probes, stream(2_600n, "ok")], null, AROUND);
  expect(seen.probes).toMatchObject({
    sent: 4,
    failedBefore: 1,
    failedDuring: 1,
    failedAfter: 1,
    inFlightAtFault: 3,
  });
});
