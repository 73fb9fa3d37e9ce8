import type { EventType } from "../../../balancer/index.ts";
import { OUTCOMES, type Outcome, type ProbeRecord } from "../../../chaos/measurement/probe.ts";
import type { PredictedWindow } from "../../../chaos/measurement/predicted-window.ts";
import {
  MARKS,
  PHASES,
  RECORD_SCHEMA,
  type Mark,
  type MarkName,
  type Measured,
  type ObjectiveRecord,
  type PhaseId,
  type RunRecord,
  type Summary,
  type TrialRecord,
  type Verdict,
} from "../../../chaos/report/record.ts";
import type { LoadedRun, TrialEvent, TrialProbe } from "../../../chaos/report/run-folder.ts";
import { topologySchema, type Topology } from "../../../stacks/topology.ts";

/**
 * Whole runs made up from a seed, as real as the record's readers need them: a floating address
 * whose holder is killed silently, and the ways in which other runs differ from it.
 */

const ADVERT_MS = 100;
const SKEW_MS = ((256 - 240) / 256) * ADVERT_MS;
const VIP = "198.18.7.100";

/** A seeded generator (mulberry32). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A pair of balancers, three backends, a session store behind a fault point, one client. */
export function fixtureTopology(): Topology {
  const node = (id: string, role: string, group: string, last: number): object => ({
    id,
    role,
    group,
    address: `198.18.7.${last}`,
    prefixLength: 24,
  });
  return topologySchema.parse({
    schema: "evenkeel.topology/1",
    id: "active-passive",
    subnet: "198.18.7.0/24",
    virtualAddress: {
      address: VIP,
      owners: [
        { node: "lb-a", priority: 250 },
        { node: "lb-b", priority: 240 },
      ],
      vrrp: { routerId: 7, advertIntervalMs: ADVERT_MS, preempt: false },
    },
    nodes: [
      node("client", "client", "client", 5),
      node("lb-a", "balancer", "balancers", 11),
      node("lb-b", "balancer", "balancers", 12),
      node("web-1", "backend", "backends", 21),
      node("web-2", "backend", "backends", 22),
      node("web-3", "backend", "backends", 23),
      node("faults", "fault-proxy", "faults", 30),
      node("store", "session-store", "store", 41),
    ],
    links: [
      { id: "balancers--backends", from: "balancers", to: "backends", port: 9000 },
      {
        id: "backends--store",
        from: "backends",
        to: "store",
        port: 6379,
        via: { node: "faults", listenPort: 16379 },
      },
    ],
    listeners: [{ id: "web", protocol: "http", port: 8080, pool: "web", group: "balancers" }],
    pools: [
      { id: "web", policy: "round-robin", retryAttempts: 1, backends: ["web-1", "web-2", "web-3"] },
    ],
  });
}

function summaryOf(values: readonly number[]): Summary | null {
  const sorted = values.toSorted((a, b) => a - b);
  const n = sorted.length;
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const middle = (sorted[Math.floor((n - 1) / 2)] ?? 0) + (sorted[Math.ceil((n - 1) / 2)] ?? 0);
  return {
    n,
    min,
    median: middle / 2,
    max,
    mean,
    standardDeviation:
      n < 2 ? null : Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (n - 1)),
    medianInterval:
      n < 6 ? null : { low: sorted[1] ?? min, high: sorted.at(-2) ?? max, confidence: 0.979 },
    supportsQuantile: 0.05 ** (1 / n),
  };
}

const OUTAGE_WINDOW: PredictedWindow = {
  of: "outage",
  floorMs: 2 * ADVERT_MS + SKEW_MS,
  meanMs: 2.5 * ADVERT_MS + SKEW_MS,
  ceilingMs: 3 * ADVERT_MS + SKEW_MS,
  because: "3 × 100 ms + skew 6.25 ms, less the phase of the fault in the advert interval",
  source: "RFC 9568 §6.1",
  periodMs: ADVERT_MS,
};

/** What makes one kind of run differ from another. */
interface Plot {
  readonly trials: number;
  readonly planned: number;
  readonly story: (trial: Trial) => void;
  readonly heartbeat: "advert" | "check" | null;
  readonly predictions: readonly PredictedWindow[];
  readonly objective: Pick<
    ObjectiveRecord,
    "id" | "title" | "unit" | "bound" | "atMost" | "widenedBy"
  >;
  readonly measure: (trial: TrialRecord) => Measured;
  readonly holds: (value: number, trial: TrialRecord) => boolean;
  readonly fault: { readonly kind: string; readonly title: string; readonly target: string };
  readonly scenario: RunRecord["scenario"];
  readonly healedAfterMs: number | null;
}

/** One trial while its story is being told. Times are milliseconds after P1. */
interface Trial {
  readonly index: number;
  readonly random: () => number;
  readonly phaseMs: number;
  readonly ns: (atMs: number) => string;
  readonly event: (
    atMs: number,
    node: string,
    type: EventType,
    data: Readonly<Record<string, unknown>>,
    process?: string,
  ) => void;
  readonly mark: (name: MarkName, atMs: number, seenBy: string) => void;
  readonly probes: (outcomeAt: (intendedMs: number) => ProbeFate, untilMs: number) => void;
}

interface ProbeFate {
  readonly outcome: Outcome;
  readonly tookMs: number;
  readonly balancer: string | null;
}

function tell(plot: Plot, seed: number, kind: { verdict?: Verdict }): LoadedRun {
  const random = generator(seed);
  const events: TrialEvent[] = [];
  const probes: TrialProbe[] = [];
  const trials: TrialRecord[] = [];
  for (let index = 0; index < plot.trials; index += 1) {
    const p1 =
      81_234_567_890_123n + BigInt(index) * 7_000_000_000n + BigInt(Math.floor(random() * 1e6));
    const ns = (atMs: number): string => (p1 + BigInt(Math.round(atMs * 1e6))).toString();
    const marks: Record<MarkName, Mark> = Object.fromEntries(
      MARKS.map((name) => [name, { atMs: null, reason: `no ${name} was seen` }]),
    ) as unknown as Record<MarkName, Mark>;
    const byOutcome = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<
      Outcome,
      number
    >;
    const told: TrialEvent[] = [];
    const sent: TrialProbe[] = [];
    const trial: Trial = {
      index,
      random,
      phaseMs: ((((index * 7) % plot.planned) + random()) / plot.planned) * ADVERT_MS,
      ns,
      event: (atMs, node, type, data, process_ = "agent") => {
        told.push({
          trial: index,
          schema: "evenkeel.event/1",
          node,
          process: process_,
          monotonicNs: ns(atMs),
          type,
          data,
        });
      },
      mark: (name, atMs, seenBy) => {
        marks[name] = { atMs, monotonicNs: ns(atMs), seenBy };
      },
      probes: (outcomeAt, untilMs) => {
        const offset = -random() * 5;
        for (let seq = 0, at = offset - 600; at < untilMs; seq += 1, at += 5) {
          const fate = outcomeAt(at);
          const lag = random() * 0.3;
          const probe: ProbeRecord = {
            seq,
            class: "fresh",
            intendedNs: ns(at),
            sentNs: ns(at + lag),
            completedNs: ns(at + lag + fate.tookMs),
            outcome: fate.outcome,
            status: fate.outcome === "ok" ? 200 : null,
            node: fate.outcome === "ok" ? `web-${1 + (seq % 3)}` : null,
            balancer: fate.balancer,
            bytes: fate.outcome === "ok" ? 132 : 0,
          };
          sent.push({ trial: index, ...probe });
          byOutcome[fate.outcome] += 1;
        }
      },
    };
    trial.mark("armed", -600, "prober");
    trial.mark("injected", 0, "environment");
    plot.story(trial);
    events.push(
      ...told.toSorted((a, b) => (BigInt(a.monotonicNs) < BigInt(b.monotonicNs) ? -1 : 1)),
    );
    probes.push(
      ...sent.toSorted((a, b) => (BigInt(a.completedNs) < BigInt(b.completedNs) ? -1 : 1)),
    );

    const between = (from: MarkName, to: MarkName): Measured => {
      const [start, end] = [marks[from], marks[to]];
      if (start.atMs === null) return { value: null, reason: start.reason };
      if (end.atMs === null) return { value: null, reason: end.reason };
      return { value: end.atMs - start.atMs };
    };
    const recovered = marks.recovered.atMs ?? Number.POSITIVE_INFINITY;
    const failed = sent.filter((probe) => probe.outcome !== "ok");
    const at = (probe: TrialProbe): number => Number(BigInt(probe.intendedNs) - p1) / 1e6;
    const outage = between("injected", "recovered");
    const base: TrialRecord = {
      index,
      repeats: null,
      seed: Math.floor(random() * 2 ** 31),
      verdict: "pass",
      reasons: [],
      spoilt: false,
      abortedBy: null,
      target: plot.fault.target,
      phase: {
        of: plot.heartbeat,
        periodMs: plot.heartbeat === null ? null : ADVERT_MS + random() * 0.1,
        wantedMs: plot.heartbeat === null ? null : trial.phaseMs,
        achieved:
          plot.heartbeat === null
            ? { value: null, reason: "the scenario has no heartbeat" }
            : index === 4
              ? { value: null, reason: "the last advert before the fault was not seen" }
              : { value: trial.phaseMs + random() * 0.4 },
      },
      marks,
      phases: Object.fromEntries(
        PHASES.map((phase) => [phase.id, between(phase.from, phase.to)]),
      ) as unknown as Record<PhaseId, Measured>,
      outage,
      clientGap: outage.value === null ? outage : { value: outage.value - 1.7 },
      probes: {
        sent: sent.length,
        byOutcome,
        failedBefore: failed.filter((probe) => at(probe) < 0).length,
        failedDuring: failed.filter((probe) => at(probe) >= 0 && at(probe) <= recovered).length,
        failedAfter: failed.filter((probe) => at(probe) > recovered).length,
        failedInFlight: 0,
        inFlightAtFault: 1,
      },
      faults: [
        {
          kind: plot.fault.kind,
          title: plot.fault.title,
          target: plot.fault.target,
          injectedNs: ns(0),
          uncertaintyMs: 0.21,
          healedNs: plot.healedAfterMs === null ? null : ns(plot.healedAfterMs),
          verified: { active: true, evidence: `${plot.fault.target} answered none of 3 pings` },
        },
      ],
      quality: {
        lagP50Ms: 0.11 + random() * 0.02,
        lagP99Ms: 0.62 + random() * 0.3,
        lagMaxMs: 1.9 + random(),
        eventLoopDelayP99Ms: 1.3 + random() * 0.4,
        intended: sent.length,
        sent: sent.length,
        dropped: 0,
        maxOutstanding: 52,
        cpuShare: 0.07 + random() * 0.01,
      },
      alongside: [],
      stolenMs: 10,
      deployMs: 820 + random() * 90,
      objectives: {},
    };
    const measured = plot.measure(base);
    const holds = measured.value !== null && plot.holds(measured.value, base);
    const verdict: Verdict = kind.verdict ?? (holds ? "pass" : "fail");
    const message =
      measured.value === null
        ? measured.reason
        : `${measured.value.toFixed(1)} against ${plot.objective.bound}`;
    trials.push({
      ...base,
      verdict,
      reasons: verdict === "pass" ? [] : [`${plot.objective.title}: ${message}`],
      objectives: {
        [plot.objective.id]: { measured, predicted: plot.predictions[0] ?? null, verdict, message },
      },
    });
  }
  return { record: recordOf(plot, seed, trials, kind), events, probes, notes: [] };
}

function numbers(values: readonly Measured[]): number[] {
  return values.flatMap((measured) => (measured.value === null ? [] : [measured.value]));
}

function recordOf(
  plot: Plot,
  seed: number,
  trials: readonly TrialRecord[],
  kind: { verdict?: Verdict },
): RunRecord {
  const values = numbers(trials.map(plot.measure));
  const failing = trials.filter((trial) => trial.verdict === "fail").length;
  const verdict =
    kind.verdict ?? (trials.length === 0 ? "inconclusive" : failing > 0 ? "fail" : "pass");
  const points = trials.flatMap((trial) =>
    trial.phase.achieved.value === null || trial.outage.value === null
      ? []
      : [{ x: trial.phase.achieved.value, y: trial.outage.value }],
  );
  const meanX = points.reduce((sum, point) => sum + point.x, 0) / points.length;
  const meanY = points.reduce((sum, point) => sum + point.y, 0) / points.length;
  const slope =
    points.reduce((sum, point) => sum + (point.x - meanX) * (point.y - meanY), 0) /
    points.reduce((sum, point) => sum + (point.x - meanX) ** 2, 0);
  return {
    schema: RECORD_SCHEMA,
    id: `20261121T100723Z-${plot.scenario.id}-${seed}`,
    status: "finished",
    runnerPid: 4_194_304,
    scenario: plot.scenario,
    seed,
    command: `evenkeel run ${plot.scenario.id} --trials ${plot.planned} --seed ${seed}`,
    startedAt: "2026-11-21T10:07:23.412Z",
    finishedAt: "2026-11-21T10:08:09.020Z",
    durationMs: 45_608,
    verdict,
    reasons:
      verdict === "pass"
        ? []
        : verdict === "invalid"
          ? ["prober lag p99 was 7.3 ms, more than 5 ms, in 6 trials"]
          : verdict === "aborted"
            ? ["interrupted by SIGINT during trial 3; every fault was healed"]
            : trials.length === 0
              ? ["no trial was run"]
              : [`${plot.objective.title} was missed in ${failing} of ${trials.length} trials`],
    exitCode: { pass: 0, fail: 1, invalid: 2, inconclusive: 3, aborted: 130, "heal-failed": 4 }[
      verdict
    ],
    topology: fixtureTopology(),
    load: {
      ratePerSecond: 200,
      connectTimeoutMs: 250,
      totalTimeoutMs: 250,
      client: "client",
      target: `http://${VIP}:8080/`,
      otherTargets: [],
      class: "fresh",
      arrivals: { kind: "constant" },
      traffic: { kind: "fresh" },
      retries: 0,
    },
    alongside: [],
    abortRules: [],
    blastRadius: { nodesDown: null, allowTotalLoss: false },
    faults: [{ title: plot.fault.title, atMs: 0, forMs: plot.healedAfterMs }],
    predictions: plot.predictions,
    trialsPlanned: plot.planned,
    trials,
    objectives: [
      {
        ...plot.objective,
        statistic: "every trial",
        atLeast: null,
        predicted: plot.predictions[0] ?? null,
        samples: values.length,
        minimumSamples: 5,
        summary: summaryOf(values),
        verdict,
        message:
          values.length === 0
            ? "nothing was measured, so nothing is claimed"
            : `${trials.length - failing} of ${trials.length} trials held`,
      },
    ],
    outage: summaryOf(numbers(trials.map((trial) => trial.outage))),
    phases: Object.fromEntries(
      PHASES.map((phase) => [
        phase.id,
        summaryOf(numbers(trials.map((trial) => trial.phases[phase.id]))),
      ]),
    ) as unknown as Record<PhaseId, Summary | null>,
    phaseFit:
      points.length < 3
        ? null
        : {
            slope,
            interceptMs: meanY - slope * meanX,
            residualStandardDeviationMs: Math.sqrt(
              points.reduce((sum, p) => sum + (p.y - meanY - slope * (p.x - meanX)) ** 2, 0) /
                (points.length - 2),
            ),
            n: points.length,
          },
    fingerprint: {
      environment: "namespace",
      kernel: "6.18.1",
      cpus: 2,
      cpuModel: "AMD EPYC 7B13",
      memoryBytes: 8_339_111_936,
      node: "24.21.0",
      programs: { keepalived: "2.2.7", toxiproxy: "2.5.0", redis: "7.0.15" },
      commit: "4f43cb2d9c1e",
      clean: true,
      sysctls: { "net.ipv4.tcp_syn_linear_timeouts": "4", "net.ipv4.tcp_retries2": "15" },
      stealShare: 0.0031,
      loadAverage1m: 0.84,
      user: "ordinary user",
    },
  };
}

/** What keepalived and the client say when the holder of the address dies without a word. */
function vipStory(recovers: boolean): (trial: Trial) => void {
  return (trial) => {
    const { event, mark, random } = trial;
    event(-590, "lb-a", "vrrp.master", { instance: "vip", priority: 250 }, "keepalived");
    event(-589, "lb-b", "vrrp.backup", { instance: "vip", priority: 240 }, "keepalived");
    event(-588, "lb-a", "address.added", { address: VIP, device: "eth0" });
    event(-585, "client", "neighbour.changed", {
      address: VIP,
      mac: "02:42:c6:12:07:0b",
      state: "REACHABLE",
    });
    for (let at = -trial.phaseMs; at > -560; at -= ADVERT_MS) {
      event(at, "lb-b", "vrrp.advert", {
        version: 3,
        routerId: 7,
        priority: 250,
        source: "198.18.7.11",
      });
    }
    event(0.1, "lb-a", "fault.injected", { kind: "silent-kill", target: "lb-a" }, "environment");
    event(14, "lb-a", "fault.verified", { active: true }, "environment");
    const detected = 3 * ADVERT_MS + SKEW_MS - trial.phaseMs + random() * 0.8;
    if (!recovers) {
      trial.probes(
        (at) =>
          at < -0.4 ? ok(random, "lb-a") : { outcome: "timeout", tookMs: 250, balancer: null },
        1_600,
      );
      mark("impact", 3.1, "prober");
      return;
    }
    const elected = detected + 0.4 + random() * 0.4;
    const moved = elected + 0.2 + random() * 0.5;
    event(detected, "lb-b", "vrrp.master", { instance: "vip", priority: 240 }, "keepalived");
    event(elected, "lb-b", "address.added", { address: VIP, device: "eth0" });
    event(moved, "client", "neighbour.changed", {
      address: VIP,
      mac: "02:42:c6:12:07:0c",
      state: "REACHABLE",
    });
    for (let at = elected + 0.3; at < moved + 640; at += ADVERT_MS) {
      event(at, "lb-b", "vrrp.advert", {
        version: 3,
        routerId: 7,
        priority: 240,
        source: "198.18.7.12",
      });
    }
    let first = Number.POSITIVE_INFINITY;
    let impact = Number.POSITIVE_INFINITY;
    trial.probes((at) => {
      if (at < -0.4) return ok(random, "lb-a");
      if (at < moved) {
        impact = Math.min(impact, Math.max(at, 0));
        return {
          outcome: at > moved - 2 && random() < 0.3 ? "unreachable" : "timeout",
          tookMs: 250,
          balancer: null,
        };
      }
      const fate = ok(random, "lb-b");
      first = Math.min(first, at + 0.2 + fate.tookMs);
      return fate;
    }, moved + 640);
    mark("impact", impact, "prober");
    mark("detected", detected, "keepalived on lb-b");
    mark("elected", elected, "address on lb-b");
    mark("moved", moved, "neighbour table of client");
    mark("recovered", first, "prober");
    mark("stable", first + 500, "prober");
  };
}

function ok(random: () => number, balancer: string): ProbeFate {
  return { outcome: "ok", tookMs: 0.8 + random() * 1.4, balancer };
}

const VIP_PLOT: Plot = {
  trials: 10,
  planned: 10,
  story: vipStory(true),
  heartbeat: "advert",
  predictions: [OUTAGE_WINDOW],
  objective: {
    id: "outage",
    title: "Outage within the predicted window",
    unit: "ms",
    bound: "within the predicted window ± 13.0 ms",
    atMost: null,
    widenedBy: 13,
  },
  measure: (trial) => trial.outage,
  holds: (value) => value >= OUTAGE_WINDOW.floorMs - 13 && value <= OUTAGE_WINDOW.ceilingMs + 13,
  fault: {
    kind: "silent-kill",
    title: "silent kill of the node that holds the address",
    target: "lb-a",
  },
  scenario: {
    id: "vip-moves",
    sentence:
      "When the balancer that holds the floating address dies silently, the other one answers within the time that VRRP allows.",
    controlWithout: null,
  },
  healedAfterMs: null,
};

/** Ten trials of a floating address that moves as theory says. */
export function passingRun(seed = 42, trials = 10): LoadedRun {
  return tell({ ...VIP_PLOT, trials, planned: trials }, seed, {});
}

/** The same, two of its trials spoilt by the machine and measured again. */
export function spoiltRun(seed = 42): LoadedRun {
  const { record, ...streams } = tell({ ...VIP_PLOT, trials: 12 }, seed, {});
  const trials = record.trials.map((trial): TrialRecord => {
    if (trial.index > 9) return { ...trial, repeats: trial.index === 10 ? 3 : 7 };
    if (trial.index !== 3 && trial.index !== 7) return trial;
    return {
      ...trial,
      verdict: "invalid",
      spoilt: true,
      reasons: ["probes were sent 402.5 ms late", "430 ms of CPU were stolen"],
      stolenMs: 430 + trial.index,
      quality: trial.quality && { ...trial.quality, lagP99Ms: 402.5, lagMaxMs: 411 },
    };
  });
  const reasons = ["trial 3 does not count and was measured again as trial 10: it was late"];
  return { ...streams, record: { ...record, trials, reasons } };
}

/** The control of the same: no keepalived on the second node, so nothing ever recovers. */
export function failedControl(seed = 7): LoadedRun {
  const { record, ...streams } = tell(
    { ...VIP_PLOT, story: vipStory(false), trials: 3, planned: 3 },
    seed,
    {},
  );
  return {
    ...streams,
    record: { ...record, scenario: { ...record.scenario, controlWithout: "keepalived" } },
  };
}

/** A run whose prober was too late to be trusted. */
export function invalidRun(seed = 3): LoadedRun {
  return tell(VIP_PLOT, seed, { verdict: "invalid" });
}

/** Interrupted after three of ten trials. */
export function abortedRun(seed = 5): LoadedRun {
  return tell({ ...VIP_PLOT, trials: 3 }, seed, { verdict: "aborted" });
}

/** Nothing was run. */
export function emptyRun(seed = 1): LoadedRun {
  return tell({ ...VIP_PLOT, trials: 0 }, seed, {});
}

/** One backend of three dies; checks and a retry keep the damage to a few requests. */
export function backendKilled(seed = 11): LoadedRun {
  const plot: Plot = {
    ...VIP_PLOT,
    trials: 10,
    heartbeat: "check",
    story: (trial) => {
      const { event, mark, random } = trial;
      for (const [offset, backend] of ["web-2", "web-1", "web-3"].entries()) {
        for (let at = -trial.phaseMs - 4 * ADVERT_MS + offset * 7; at < 900; at += ADVERT_MS) {
          const dead = backend === "web-2" && at > 0;
          event(at, "lb-a", "check.begin", { pool: "web", backend }, "balancer");
          event(
            at + 1.2,
            "lb-a",
            "check.end",
            {
              pool: "web",
              backend,
              result: dead ? "refused" : "pass",
              durationMs: 1.2,
              consecutive: 1,
            },
            "balancer",
          );
        }
      }
      event(0.2, "web-2", "fault.injected", { kind: "kill", target: "web-2" }, "environment");
      event(9, "web-2", "fault.verified", { active: true }, "environment");
      const down = 2 * ADVERT_MS - trial.phaseMs + 1.3;
      event(down, "lb-a", "backend.unhealthy", { pool: "web", backend: "web-2" }, "balancer");
      let failures = 0;
      trial.probes((at) => {
        const hit = at > 0 && at < down && failures < 3 && random() < 0.2;
        if (!hit) return ok(random, "lb-a");
        failures += 1;
        return { outcome: failures === 2 ? "reset" : "http_error", tookMs: 1, balancer: "lb-a" };
      }, 900);
      mark("impact", 12, "prober");
      mark("detected", down, "balancer lb-a");
      mark("elected", down + 0.1, "balancer lb-a");
      mark("recovered", down + 2 + random() * 6, "prober");
      mark("stable", 620, "prober");
    },
    predictions: [
      {
        of: "detection",
        floorMs: 100,
        meanMs: 150,
        ceilingMs: 200,
        because: "2 failed checks, 100 ms apart, refused at once",
        source: "active checks, fast failure",
        periodMs: ADVERT_MS,
      },
    ],
    objective: {
      id: "failed-probes",
      title: "Failed requests",
      unit: "count",
      bound: "at most 4",
      atMost: 4,
      widenedBy: 0,
    },
    measure: (trial) => ({ value: trial.probes.failedDuring + trial.probes.failedAfter }),
    holds: (value) => value <= 4,
    fault: { kind: "kill", title: "kill of one backend", target: "web-2" },
    scenario: {
      id: "backend-dies",
      sentence: "When one backend of three is killed, at most a handful of requests fail.",
      controlWithout: null,
    },
  };
  return tell(plot, seed, {});
}

/** The session store stalls; requests are held and none fails. */
export function storeStalled(seed = 13): LoadedRun {
  const plot: Plot = {
    ...VIP_PLOT,
    trials: 10,
    heartbeat: null,
    story: (trial) => {
      const { event, mark, random } = trial;
      event(
        0.3,
        "faults",
        "fault.injected",
        { kind: "link-stall", target: "backends--store" },
        "environment",
      );
      event(6, "faults", "fault.verified", { active: true }, "environment");
      for (const [offset, backend] of ["web-1", "web-2", "web-3"].entries()) {
        for (let at = -390 + offset * 7; at < 800; at += ADVERT_MS) {
          const result = at > -50 && at < 400 ? "timeout" : "pass";
          event(at + 50, "lb-a", "check.end", { pool: "web", backend, result }, "balancer");
        }
      }
      const held = 88 + random() * 8;
      const released = 412 + random() * 15;
      event(
        held,
        "lb-a",
        "pool.held",
        { pool: "web", backends: ["web-1", "web-2", "web-3"], forMs: 2000 },
        "balancer",
      );
      event(
        400,
        "faults",
        "fault.healed",
        { kind: "link-stall", target: "backends--store" },
        "environment",
      );
      event(
        released,
        "lb-a",
        "pool.released",
        { pool: "web", because: "passed", heldMs: 320.5 },
        "balancer",
      );
      trial.probes((at) => {
        const slow = at > 0 && at < released;
        return { ...ok(random, "lb-a"), tookMs: slow ? Math.max(1, released - at) : 1 + random() };
      }, 900);
      mark("stable", 900, "prober");
    },
    predictions: [],
    objective: {
      id: "failed-probes",
      title: "Failed requests",
      unit: "count",
      bound: "at most 0",
      atMost: 0,
      widenedBy: 0,
    },
    measure: (trial) => ({ value: trial.probes.failedDuring + trial.probes.failedAfter }),
    holds: (value) => value <= 0,
    fault: {
      kind: "link-stall",
      title: "stall of the link to the session store",
      target: "backends--store",
    },
    scenario: {
      id: "store-stalls",
      sentence: "When the session store stalls for less than the hold time, no request fails.",
      controlWithout: null,
    },
    healedAfterMs: 400,
  };
  return tell(plot, seed, {});
}

/** Every fixture by name. */
export const FIXTURES: Readonly<Record<string, () => LoadedRun>> = {
  passing: passingRun,
  spoilt: spoiltRun,
  "failed control": failedControl,
  invalid: invalidRun,
  aborted: abortedRun,
  empty: emptyRun,
  "backend killed": backendKilled,
  "store stalled": storeStalled,
};
