import { z } from "zod";
import { topologySchema } from "../../stacks/topology.ts";
import {
  loadSchema,
  loadTrialSchema,
  namedLoadSchema,
  probeCountsSchema,
  qualitySchema,
} from "./load-schema.ts";
import { MARKS, PHASES, RECORD_SCHEMA, VERDICTS, type RunRecord } from "./record.ts";

/**
 * The form of `run.json`, to check one that is read and to publish as JSON Schema. What it means
 * stands in `record.ts`; the last lines here hold the two together.
 */

const count = z.int().min(0);
const ns = z.string().regex(/^\d+$/).describe("CLOCK_MONOTONIC, nanoseconds as a decimal string");
const verdict = z.enum(VERDICTS).meta({ id: "verdict" });
const phaseIds = z.enum(PHASES.map(({ id }) => id));

const measured = z
  .union(
    [
      z.object({ value: z.number(), reason: z.never().optional() }),
      z.object({ value: z.null(), reason: z.string(), atLeast: z.exactOptional(z.number()) }),
    ],
    "is neither a number as value nor null with a reason",
  )
  .meta({ id: "measured", description: "A number, or null and the reason why there is none" });

const mark = z
  .union(
    [
      z.object({ atMs: z.number(), monotonicNs: ns, seenBy: z.string() }),
      z.object({ atMs: z.null(), reason: z.string() }),
    ],
    "is neither a time with who saw it nor null with a reason",
  )
  .meta({
    id: "mark",
    description: "Milliseconds after the injection (P1) and who saw it, or why there is none",
  });

const predictedWindow = z
  .object({
    of: z.string(),
    floorMs: z.number(),
    meanMs: z.number(),
    ceilingMs: z.number(),
    because: z.string().describe("The formula with its numbers"),
    source: z.string(),
    periodMs: z.exactOptional(z.number()),
  })
  .meta({ id: "predictedWindow", description: "What theory allows for one timing" });

const objectiveSample = z.object({
  measured,
  predicted: predictedWindow.nullable(),
  verdict,
  message: z.string(),
});

const fault = z.object({
  kind: z.string(),
  title: z.string(),
  target: z
    .string()
    .describe("Node or link it acted on; the first of them if it consists of several faults"),
  parts: z.exactOptional(
    z
      .array(z.object({ kind: z.string(), target: z.string() }))
      .describe(
        "What a fault that consists of several did to whom; absent when it is one by itself",
      ),
  ),
  injectedNs: ns,
  uncertaintyMs: z.number(),
  healedNs: ns.nullable(),
  verified: z.object({ active: z.boolean(), evidence: z.string() }),
});

const trial = z
  .object({
    index: count.describe("From 0, in the order in which they were run"),
    repeats: count
      .nullable()
      .describe("Index of the spoilt trial that this one measures again, in the same phase"),
    seed: z.int(),
    verdict,
    reasons: z.array(z.string()),
    spoilt: z
      .boolean()
      .describe("Invalid only because a prober was late: the machine had no processor for it"),
    abortedBy: z.string().nullable().describe("The abort rule that ended it, in words"),
    target: z.string().nullable(),
    phase: z
      .object({
        of: z.enum(["advert", "check"]).nullable(),
        periodMs: z.number().nullable(),
        wantedMs: z.number().nullable(),
        achieved: measured,
      })
      .describe("Where in the heartbeat that decides the detection the fault fell"),
    marks: z.record(z.enum(MARKS), mark),
    phases: z.record(phaseIds, measured).describe("Milliseconds between marks"),
    outage: measured.describe("From the injection to the first success after it, milliseconds"),
    clientGap: measured.describe(
      "From the first failed probe to the first success after it, milliseconds",
    ),
    probes: probeCountsSchema,
    faults: z.array(fault),
    quality: qualitySchema.nullable(),
    alongside: z
      .array(loadTrialSchema)
      .describe("What was seen of the loads beside the main one, in the scenario's order"),
    stolenMs: z.number().nullable().describe("CPU time that the hypervisor took, over all cores"),
    deployMs: z.number().nullable(),
    objectives: z.record(z.string(), objectiveSample),
  })
  .meta({ id: "trial" });

const summary = z
  .object({
    n: count,
    min: z.number(),
    median: z.number(),
    max: z.number(),
    mean: z.number(),
    standardDeviation: z.number().nullable(),
    medianInterval: z
      .object({ low: z.number(), high: z.number(), confidence: z.number() })
      .nullable(),
    supportsQuantile: z.number().describe("If all pass: this quantile holds, with 95 % confidence"),
  })
  .meta({ id: "summary", description: "Order statistics over the trials that have a value" });

const objective = z
  .object({
    id: z.string(),
    title: z.string(),
    unit: z.enum(["ms", "count", "ratio"]),
    statistic: z.string().describe("`every trial`, `median`, `p86`"),
    bound: z.string().describe("The bound in words"),
    atLeast: z.number().nullable(),
    atMost: z.number().nullable(),
    widenedBy: z.number(),
    predicted: predictedWindow.nullable(),
    samples: count,
    minimumSamples: count,
    summary: summary.nullable(),
    verdict,
    message: z.string(),
  })
  .meta({ id: "objective", description: "A promise over all trials" });

const fingerprint = z
  .object({
    environment: z.enum(["namespace", "docker"]),
    kernel: z.string(),
    cpus: count,
    cpuModel: z.string(),
    memoryBytes: count,
    node: z.string(),
    programs: z.record(z.string(), z.string()),
    commit: z.string().nullable(),
    clean: z.boolean().nullable(),
    sysctls: z.record(z.string(), z.string()),
    stealShare: z.number().nullable(),
    loadAverage1m: z.number(),
    user: z.enum(["root", "ordinary user"]),
  })
  .describe("What the run ran on");

/** `run.json` as it must be for reports to be rendered from it. Fields beyond these are left alone. */
export const runRecordSchema = z.object({
  schema: z.literal(RECORD_SCHEMA),
  id: z.string(),
  status: z.enum(["running", "finished"]),
  runnerPid: z.int(),
  scenario: z.object({
    id: z.string(),
    sentence: z.string(),
    controlWithout: z
      .string()
      .nullable()
      .describe("The mechanism that was switched off, when the run is a control"),
  }),
  seed: z.int(),
  command: z.string(),
  startedAt: z.string().describe("Wall clock, only a label"),
  finishedAt: z.string().nullable(),
  durationMs: z.number().nullable(),
  verdict: verdict.nullable(),
  reasons: z.array(z.string()),
  exitCode: z.int().nullable(),
  topology: topologySchema,
  load: loadSchema.describe("The load that marks, outage and steady state are seen by"),
  alongside: z.array(namedLoadSchema).describe("Further loads beside it"),
  abortRules: z.array(z.string()).describe("What ends a trial and the run: each rule in words"),
  blastRadius: z
    .object({ nodesDown: count.nullable(), allowTotalLoss: z.boolean() })
    .describe("How much may be down at once"),
  faults: z.array(z.object({ title: z.string(), atMs: z.number(), forMs: z.number().nullable() })),
  predictions: z.array(predictedWindow),
  trialsPlanned: count,
  trials: z.array(trial),
  objectives: z.array(objective),
  outage: summary.nullable(),
  phases: z.record(phaseIds, summary.nullable()),
  phaseFit: z
    .object({
      slope: z.number(),
      interceptMs: z.number(),
      residualStandardDeviationMs: z.number(),
      n: count,
    })
    .nullable(),
  fingerprint,
});

/** JSON Schema (2020-12) of `run.json`, for editors and for programs that read records. */
export function runRecordJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(runRecordSchema, {
    io: "input",
    unrepresentable: "any",
  });
  return {
    $schema,
    title: `Record of a run (${RECORD_SCHEMA})`,
    description:
      "Names carry their units. Times that end in Ms are milliseconds after the injection of the trial's first fault (P1), unless they are durations.",
    ...schema,
  };
}

type Plain<T> = T extends object ? { -readonly [Key in keyof T]: Plain<T[Key]> } : T;
// Types are the same when conditions on them cannot be told apart.
// oxlint-disable typescript/no-unnecessary-type-parameters -- T is what the two conditions are about
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
// oxlint-enable typescript/no-unnecessary-type-parameters

// Does not type-check when a field is here and not in record.ts, or there and not here.
true satisfies Same<Plain<z.output<typeof runRecordSchema>>, Plain<RunRecord>>;
