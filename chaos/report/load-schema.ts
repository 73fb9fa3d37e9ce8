import { z } from "zod";
import { OUTCOMES } from "../measurement/probe.ts";

/** The forms of what `run.json` says of loads; what it means stands in `load-record.ts`. */

const count = z.int().min(0);
const TRAFFIC_KINDS = ["fresh", "kept-alive", "long-lived", "session"] as const;

/** How requests are spread over time. */
const arrivalsSchema = z
  .discriminatedUnion("kind", [
    z.object({ kind: z.literal("constant") }),
    z.object({ kind: z.literal("poisson") }),
    z.object({ kind: z.literal("ramp"), fromPerSecond: z.number(), overMs: z.number() }),
    z.object({
      kind: z.literal("bursts"),
      burstPerSecond: z.number(),
      everyMs: z.number(),
      forMs: z.number(),
    }),
  ])
  .meta({ id: "arrivals", description: "How the requests of a load are spread over time" });

/** What carries requests, and who sends them. */
const trafficSchema = z
  .discriminatedUnion("kind", [
    z.object({ kind: z.literal("fresh") }),
    z.object({ kind: z.literal("kept-alive"), connections: count }),
    z.object({ kind: z.literal("long-lived"), connections: count, everyMs: z.number() }),
    z.object({ kind: z.literal("session"), users: count }),
  ])
  .meta({ id: "traffic", description: "What carries the requests of a load, and who sends them" });

const LOAD = {
  client: z.string().describe("Node that sends"),
  ratePerSecond: z.number(),
  connectTimeoutMs: z.number(),
  totalTimeoutMs: z.number(),
  target: z.string(),
  otherTargets: z.array(z.string()).describe("Requests go to all targets in turns"),
  class: z.enum(TRAFFIC_KINDS),
  arrivals: arrivalsSchema,
  traffic: trafficSchema,
  retries: count,
};

/** The main load. */
export const loadSchema = z.object(LOAD).meta({ id: "load" });

/** A load beside it. */
export const namedLoadSchema = z.object({ id: z.string(), ...LOAD });

/** What the prober of a load says of itself. */
export const qualitySchema = z
  .object({
    lagP50Ms: z.number(),
    lagP99Ms: z.number(),
    lagMaxMs: z.number(),
    eventLoopDelayP99Ms: z.number(),
    intended: count,
    sent: count,
    dropped: count,
    maxOutstanding: count,
    cpuShare: z.number().describe("1 is one core"),
  })
  .describe("What the prober says of itself");

/** How many probes there were around the fault, and how they ended. */
export const probeCountsSchema = z.object({
  sent: count,
  byOutcome: z.record(z.enum(OUTCOMES), count),
  failedBefore: count,
  failedDuring: count,
  failedAfter: count,
  failedInFlight: count.describe(
    "Of those that failed and were meant to start before P1: still open when the fault may have taken effect",
  ),
  inFlightAtFault: count,
});

/** What one trial saw of a load beside the main one. */
export const loadTrialSchema = z.object({
  id: z.string(),
  probes: probeCountsSchema,
  quality: qualitySchema.nullable(),
});
