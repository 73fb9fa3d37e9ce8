import { expect, test } from "vitest";
import { lateness } from "../../../../chaos/comparison/live/lab-runs.ts";
import { measuredRun } from "../../../../chaos/comparison/live/measured-run.ts";
import type { Outcome, ProbeRecord, ProberQuality } from "../../../../chaos/measurement/probe.ts";

const INJECTED_NS = 1_000_000_000_000n;

function probe(sinceMs: number, tookMs: number, outcome: Outcome): ProbeRecord {
  const intended = INJECTED_NS + BigInt(sinceMs * 1e6);
  return {
    seq: 0,
    class: "fresh",
    intendedNs: String(intended),
    sentNs: String(intended),
    completedNs: String(intended + BigInt(tookMs * 1e6)),
    outcome,
    status: null,
    node: null,
    balancer: null,
    bytes: 0,
  };
}

const ABOUT = { repetition: 3, seed: 9 };

test("probes count from half a second before the fault until eight seconds after it", () => {
  const probes = [-501, -500, 0, 7_999, 8_000].map((sinceMs) => probe(sinceMs, 10, "ok"));
  expect(measuredRun(probes, INJECTED_NS, ABOUT)).toMatchObject({
    repetition: 3,
    seed: 9,
    requests: 3,
    failedShare: 0,
    meanMs: 10,
  });
});

test("failures are told by kind, and errors are left out of how long answers took", () => {
  const probes = [
    probe(0, 40, "ok"),
    probe(1, 60, "ok"),
    probe(2, 500, "timeout"),
    probe(3, 1, "http_error"),
    probe(4, 1, "refused"),
    probe(5, 1, "reset"),
  ];
  expect(measuredRun(probes, INJECTED_NS, ABOUT)).toMatchObject({
    requests: 6,
    failed: { late: 1, errors: 2, refused: 1, unserved: 0 },
    failedShare: 4 / 6,
    meanMs: 200,
    maxMs: 500,
    p50Ms: null,
  });
});

test("a percentile needs ten requests beyond it, as in the simulation", () => {
  const probes = Array.from({ length: 1_000 }, (_, index) => probe(index, index + 1, "ok"));
  expect(measuredRun(probes, INJECTED_NS, ABOUT)).toMatchObject({ p50Ms: 500, p99Ms: 990 });
  expect(measuredRun(probes.slice(1), INJECTED_NS, ABOUT).p99Ms).toBeNull();
});

test("without probes nothing is known", () => {
  expect(measuredRun([], INJECTED_NS, ABOUT)).toMatchObject({
    requests: 0,
    failedShare: null,
    meanMs: null,
    maxMs: null,
  });
});

test("a prober that is late by a tenth of the time-out, or leaves requests out, is not believed", () => {
  const quality = (lagP99Ms: number, dropped: number) => ({ lagP99Ms, dropped }) as ProberQuality;
  expect(lateness(quality(50, 0))).toBeNull();
  expect(lateness(quality(51, 0))).toBe(
    "The prober was late by 51.0 ms (p99; at most 50 ms is needed)",
  );
  expect(lateness(quality(1, 2))).toBe("The prober left out 2 requests");
  expect(lateness(quality(51, 1))).toMatch(/^The prober was late by .* and left out 1 request$/);
});
