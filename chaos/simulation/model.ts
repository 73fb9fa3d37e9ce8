import { z } from "zod";
import {
  DEFAULTS,
  duration,
  InvalidDocument,
  outlierDetectionSchema,
  problemsOf,
} from "../../balancer/index.ts";
import { modelRules } from "./model-rules.ts";

/**
 * What is simulated, as plain data: who asks, how much work a request is, who serves, and what
 * happens to them. What a user writes is `ModelInput`; parsing fills the defaults in and turns
 * durations into milliseconds (`Model`).
 */

const SPAN = { minMs: 0, maxMs: 7 * 86_400_000 };
const POSITIVE = { minMs: 0.001, maxMs: 7 * 86_400_000 };
const rateSchema = z.number().positive().max(100_000_000);

/** How requests arrive: open loop, so whoever is slow does not slow them. */
const arrivalsSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("poisson"), ratePerSecond: rateSchema }),
  /** Poisson while on, nothing while off; both last exponentially long. */
  z.strictObject({
    kind: z.literal("on-off"),
    /** While on. */
    ratePerSecond: rateSchema,
    meanOn: duration(POSITIVE),
    meanOff: duration(POSITIVE),
  }),
]);

const plainTimeSchemas = [
  z.strictObject({ kind: z.literal("constant"), value: duration(SPAN) }),
  z.strictObject({ kind: z.literal("exponential"), mean: duration(POSITIVE) }),
  /** Never below 0. */
  z.strictObject({
    kind: z.literal("normal"),
    mean: duration(SPAN),
    standardDeviation: duration(SPAN),
  }),
  /** Heavy tail: the share above t falls as t^−shape, cut at the maximum. */
  z
    .strictObject({
      kind: z.literal("pareto"),
      shape: z.number().positive().max(100),
      minimum: duration(POSITIVE),
      maximum: duration(POSITIVE),
    })
    .refine((time) => time.minimum < time.maximum, {
      path: ["maximum"],
      error: "is not above the minimum | Use a maximum above the minimum.",
    }),
] as const;

/** A random time. */
const timeSchema = z.discriminatedUnion("kind", [
  ...plainTimeSchemas,
  /** One of several, each with its share of the requests; the shares need not add up to 1. */
  z.strictObject({
    kind: z.literal("mixture"),
    parts: z
      .array(
        z.strictObject({
          share: z.number().positive(),
          time: z.discriminatedUnion("kind", plainTimeSchemas),
        }),
      )
      .min(1),
  }),
]);

const keyCount = z.int().min(1).max(10_000_000);
/** What a policy that hashes goes by. */
const keysSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("uniform"), count: keyCount }),
  /** The i-th key has a share that falls as i^−exponent. */
  z.strictObject({
    kind: z.literal("zipf"),
    count: keyCount,
    exponent: z.number().min(0).max(10),
  }),
  /** A share of the requests comes from one address with many users behind it, the rest each from its own. */
  z.strictObject({
    kind: z.literal("shared-address"),
    share: z.number().min(0).max(1),
    others: keyCount,
  }),
]);

const backendsSchema = z.strictObject({
  count: z.int().min(1).max(100_000),
  /** Requests it works on at once; the others wait in the order in which they came. */
  workers: z.union([z.int().min(1).max(1_000_000), z.literal("unlimited")]).default(1),
  /** Requests that may wait; more are answered with an error at once. */
  queue: z.union([z.int().min(0).max(10_000_000), z.literal("unlimited")]).default("unlimited"),
  /** How much faster than the work says. */
  speed: z.number().positive().max(1_000_000).default(1),
  /** What the balancers believe of its capacity. */
  weight: z.int().min(0).max(1_000).default(1),
});

/** Whether it happens to checks as well; they pass otherwise. */
const seenByChecks = z.boolean().default(false);

const conditionSchema = z.discriminatedUnion("kind", [
  /** As at the start. */
  z.strictObject({ kind: z.literal("normal"), over: duration(SPAN).prefault("0ms") }),
  /** Work takes so many times as long, reached in a straight line of speed over a time. */
  z.strictObject({
    kind: z.literal("slower"),
    factor: z.number().positive().max(1_000_000),
    over: duration(SPAN).prefault("0ms"),
  }),
  /** Every request takes this time, whatever its work. */
  z.strictObject({ kind: z.literal("fixed-time"), time: duration(SPAN), seenByChecks }),
  /** A share of the requests is answered with an error after this time. */
  z.strictObject({
    kind: z.literal("failing"),
    share: z.number().min(0).max(1).default(1),
    time: duration(SPAN),
    seenByChecks,
  }),
  /** Its process is gone: what it was working on fails, and it refuses. */
  z.strictObject({ kind: z.literal("gone") }),
  /** The balancers stop sending to it, as when its checks fail. */
  z.strictObject({ kind: z.literal("withdrawn") }),
  /** The balancers send to it again, with slow start where there is one. */
  z.strictObject({ kind: z.literal("admitted") }),
]);

const changeSchema = z.strictObject({
  at: duration(SPAN),
  /** The first backend it happens to, counted from 0. */
  first: z.int().min(0).default(0),
  count: z.int().min(1).default(1),
  becomes: conditionSchema,
});

/** The whole model. */
export const modelSchema = z
  .strictObject({
    about: z.string().min(1),
    arrivals: arrivalsSchema,
    /** Time a backend of speed 1 works on a request. */
    work: timeSchema,
    /** Time for which a connection stays open, and counts, after its work is done. */
    idle: timeSchema.optional(),
    keys: keysSchema.prefault({ kind: "uniform", count: 100_000 }),
    backends: z.array(backendsSchema).min(1).max(1_000),
    changes: z.array(changeSchema).max(10_000).default([]),
    balancers: z
      .strictObject({
        count: z.int().min(1).max(1_000).default(1),
        /** How often a balancer hears of requests that began and ended; absent: at once. */
        hearsEvery: duration(POSITIVE).optional(),
        /** Whether it hears of the other balancers' requests too. */
        shared: z.boolean().default(false),
      })
      .prefault({}),
    /** How long a client waits; later is a failure. */
    deadline: z
      .strictObject({
        after: duration(POSITIVE),
        /**
         * Whether giving up ends the request at the balancer and the backend too; `balancer`: there
         * alone, as with most servers, which finish work that nobody waits for.
         */
        cancels: z.union([z.boolean(), z.literal("balancer")]).default(true),
      })
      .optional(),
    /** Further attempts for a request whose backend refuses it, at another one. */
    retry: z
      .strictObject({
        attempts: z.int().min(0).max(1).default(0),
        /**
         * Whether connections to backends are kept: what their end breaks off on one of those is tried
         * again too.
         */
        keptConnections: z.boolean().default(false),
      })
      .prefault({}),
    /** Every balancer checks every backend; absent: only `withdrawn` and `admitted` tell them. */
    healthCheck: z
      .strictObject({
        interval: duration(POSITIVE).prefault(DEFAULTS.healthCheck.interval),
        timeout: duration(POSITIVE).prefault(DEFAULTS.healthCheck.timeout),
        rise: z.int().min(1).max(1_000).default(DEFAULTS.healthCheck.rise),
        fall: z.int().min(1).max(1_000).default(DEFAULTS.healthCheck.fall),
        jitter: z.number().min(0).max(0.5).default(DEFAULTS.healthCheck.jitter),
      })
      .optional(),
    /** Every balancer judges backends by live traffic, as its configuration says; absent: none does. */
    outlierDetection: outlierDetectionSchema.optional(),
    /** Of backends that are admitted again. */
    slowStart: z
      .strictObject({
        window: duration(POSITIVE).prefault(DEFAULTS.slowStart.window),
        aggression: z.number().min(0.1).max(10).default(DEFAULTS.slowStart.aggression),
        minimumWeight: z.number().min(0).max(1).default(DEFAULTS.slowStart.minimumWeight),
      })
      .optional(),
    /** Arrivals of this time are simulated and not counted. */
    warmUp: duration(SPAN).prefault("0ms"),
    /** Requests that are counted. */
    requests: z.int().min(1).max(100_000_000).optional(),
    /** Or the time in which those that are counted arrive. */
    duration: duration(POSITIVE).optional(),
  })
  // Also when single fields are wrong: every problem is told at once.
  .superRefine(modelRules, { when: () => true });

/** A model with its defaults; times are milliseconds. */
export type Model = z.output<typeof modelSchema>;
/** A model as it is written. */
export type ModelInput = z.input<typeof modelSchema>;
/** A random time. */
export type RandomTime = Model["work"];
/** What happens to backends. */
export type Condition = Model["changes"][number]["becomes"];

/**
 * A model with its defaults.
 *
 * @param name what it is called in a refusal
 * @throws InvalidDocument that lists every problem with path, value and next step
 */
export function parseModel(input: unknown, name: string): Model {
  const parsed = modelSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new InvalidDocument(name, problemsOf(parsed.error, input));
}
