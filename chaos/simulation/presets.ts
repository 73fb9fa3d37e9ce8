import { WrongUse } from "../errors.ts";
import { didYouMean } from "../nearest-names.ts";
import type { ModelInput } from "./model.ts";
import type { PolicySpec } from "./policy-spec.ts";

/** A ready-made model, and the policies that are worth comparing under it. */
export interface Preset {
  readonly model: ModelInput;
  /** The first one is what the others are compared with. */
  readonly policies: readonly PolicySpec[];
  /** Runs of each policy. @default DEFAULT_REPETITIONS */
  readonly repetitions?: number;
}

/** Runs of each policy: the fewest that support a 95 % interval of a median. */
export const DEFAULT_REPETITIONS = 6;

const LOAD_POLICIES: readonly PolicySpec[] = [
  "round-robin",
  "random",
  "least-connections",
  "power-of-two-choices",
  "peak-ewma",
];
const SHARING_POLICIES: readonly PolicySpec[] = [
  "round-robin",
  "least-connections",
  "power-of-two-choices",
  "power-of-two-choices-ewma",
];
const HASH_POLICIES: readonly PolicySpec[] = [
  "source-ip-hash",
  "ring-hash",
  "bounded-loads",
  "maglev",
  "rendezvous",
  "least-connections",
];

/** 6 slow backends, 6 of twice and 6 of four times the speed, at seven tenths of what all can do. */
const unequal = (weights: readonly [number, number, number]) =>
  ({
    arrivals: { kind: "poisson", ratePerSecond: 5_880 },
    work: { kind: "exponential", mean: "20ms" },
    backends: [
      { count: 6, workers: 4, speed: 1, weight: weights[0] },
      { count: 6, workers: 4, speed: 2, weight: weights[1] },
      { count: 6, workers: 4, speed: 4, weight: weights[2] },
    ],
    deadline: { after: "1s" },
    warmUp: "2s",
    requests: 60_000,
  }) satisfies Partial<ModelInput>;

/** One of 10 backends is away for 5 s and comes back with cold caches: 8 times slower for 20 s. */
const returning = {
  arrivals: { kind: "poisson", ratePerSecond: 2_800 },
  work: { kind: "exponential", mean: "20ms" },
  backends: [{ count: 10, workers: 8 }],
  changes: [
    { at: "5s", becomes: { kind: "withdrawn" } },
    { at: "10s", becomes: { kind: "slower", factor: 8 } },
    { at: "10s", becomes: { kind: "admitted" } },
    { at: "10s", becomes: { kind: "normal", over: "20s" } },
  ],
  deadline: { after: "500ms" },
  duration: "40s",
} satisfies Partial<ModelInput>;

const PRESETS = {
  supermarket: {
    model: {
      about: "100 equal backends, exponential work, 90 % busy: the supermarket model.",
      arrivals: { kind: "poisson", ratePerSecond: 9_000 },
      work: { kind: "exponential", mean: "10ms" },
      backends: [{ count: 100 }],
      warmUp: "8s",
      requests: 100_000,
    },
    policies: ["random", "round-robin", "power-of-two-choices", "least-connections"],
  },
  "slow-backend": {
    model: {
      about: "One of 11 backends answers after 2 s for 30 s; clients wait for 1 s.",
      arrivals: { kind: "poisson", ratePerSecond: 1_000 },
      work: { kind: "normal", mean: "167ms", standardDeviation: "5ms" },
      backends: [{ count: 11, workers: "unlimited" }],
      changes: [
        { at: "15s", becomes: { kind: "fixed-time", time: "2s" } },
        { at: "45s", becomes: { kind: "normal" } },
      ],
      deadline: { after: "1s", cancels: false },
      duration: "60s",
    },
    policies: LOAD_POLICIES,
  },
  "degrading-backend": {
    model: {
      about: "One of 10 backends becomes 20 times slower over 10 s, and recovers over 10 s.",
      arrivals: { kind: "poisson", ratePerSecond: 2_400 },
      work: { kind: "exponential", mean: "20ms" },
      backends: [{ count: 10, workers: 8 }],
      changes: [
        { at: "5s", becomes: { kind: "slower", factor: 20, over: "10s" } },
        { at: "20s", becomes: { kind: "normal", over: "10s" } },
      ],
      deadline: { after: "1s" },
      duration: "35s",
    },
    policies: LOAD_POLICIES,
  },
  "fast-failures": {
    model: {
      about: "One of 10 backends answers every request with an error within 1 ms.",
      arrivals: { kind: "poisson", ratePerSecond: 2_400 },
      work: { kind: "exponential", mean: "20ms" },
      backends: [{ count: 10, workers: 8 }],
      changes: [
        { at: "5s", becomes: { kind: "failing", time: "1ms" } },
        { at: "20s", becomes: { kind: "normal" } },
      ],
      duration: "25s",
    },
    policies: [...LOAD_POLICIES, "least-response-time"],
  },
  crash: {
    model: {
      about: "One of 10 backends dies, and its checks notice a second later.",
      arrivals: { kind: "poisson", ratePerSecond: 2_400 },
      work: { kind: "exponential", mean: "20ms" },
      backends: [{ count: 10, workers: 8 }],
      changes: [
        { at: "5s", becomes: { kind: "gone" } },
        { at: "6s", becomes: { kind: "withdrawn" } },
        { at: "15s", becomes: { kind: "normal" } },
        { at: "15500ms", becomes: { kind: "admitted" } },
      ],
      duration: "20s",
    },
    policies: LOAD_POLICIES,
  },
  "heavy-tail": {
    model: {
      about: "Work with a heavy tail, 5 ms to 5 s, on 20 backends that are 70 % busy.",
      arrivals: { kind: "poisson", ratePerSecond: 2_500 },
      work: { kind: "pareto", shape: 1.2, minimum: "5ms", maximum: "5s" },
      backends: [{ count: 20, workers: 4 }],
      warmUp: "10s",
      requests: 60_000,
    },
    policies: LOAD_POLICIES,
  },
  "mixed-requests": {
    model: {
      about: "One request in a thousand takes 30 s, the others 5 ms.",
      arrivals: { kind: "poisson", ratePerSecond: 2_700 },
      work: {
        kind: "mixture",
        parts: [
          { share: 999, time: { kind: "constant", value: "5ms" } },
          { share: 1, time: { kind: "constant", value: "30s" } },
        ],
      },
      backends: [{ count: 20, workers: 8 }],
      warmUp: "40s",
      requests: 60_000,
    },
    policies: LOAD_POLICIES,
  },
  "misleading-count": {
    model: {
      about: "Connections that idle for a minute; one backend restarts and has none of them.",
      arrivals: { kind: "poisson", ratePerSecond: 500 },
      work: { kind: "exponential", mean: "20ms" },
      idle: { kind: "exponential", mean: "60s" },
      backends: [{ count: 10, workers: 2 }],
      changes: [
        { at: "125s", becomes: { kind: "withdrawn" } },
        { at: "125s", becomes: { kind: "gone" } },
        { at: "127s", becomes: { kind: "normal" } },
        { at: "127s", becomes: { kind: "admitted" } },
      ],
      deadline: { after: "2s" },
      warmUp: "120s",
      duration: "60s",
    },
    policies: LOAD_POLICIES,
  },
  "unequal-backends": {
    model: {
      about: "Backends of speeds 1, 2 and 4 that the balancer takes for equal.",
      ...unequal([1, 1, 1]),
    },
    policies: LOAD_POLICIES,
  },
  "weighted-backends": {
    model: {
      about: "Backends of speeds 1, 2 and 4 with weights to match.",
      ...unequal([1, 2, 4]),
    },
    policies: [
      "weighted-round-robin",
      "weighted-random",
      "weighted-least-connections",
      "power-of-two-choices",
      "peak-ewma",
    ],
  },
  bursts: {
    model: {
      about: "Bursts of 200 ms at one and a half times what 20 backends can do, then quiet.",
      arrivals: { kind: "on-off", ratePerSecond: 12_000, meanOn: "200ms", meanOff: "800ms" },
      work: { kind: "exponential", mean: "10ms" },
      backends: [{ count: 20, workers: 4 }],
      requests: 60_000,
    },
    policies: LOAD_POLICIES,
  },
  "hot-keys": {
    model: {
      about: "100,000 keys of which a few are hot (Zipf 1.1), 50 backends.",
      arrivals: { kind: "poisson", ratePerSecond: 8_000 },
      work: { kind: "exponential", mean: "10ms" },
      keys: { kind: "zipf", count: 100_000, exponent: 1.1 },
      backends: [{ count: 50, workers: 4 }],
      deadline: { after: "1s" },
      requests: 60_000,
    },
    policies: HASH_POLICIES,
  },
  "shared-address": {
    model: {
      about: "Half of all requests come from one address with thousands of users behind it.",
      arrivals: { kind: "poisson", ratePerSecond: 2_000 },
      work: { kind: "exponential", mean: "20ms" },
      keys: { kind: "shared-address", share: 0.5, others: 10_000 },
      backends: [{ count: 10, workers: 8 }],
      deadline: { after: "1s" },
      requests: 40_000,
    },
    policies: HASH_POLICIES,
  },
  "many-balancers": {
    model: {
      about: "10 balancers that each know only their own requests, 20 backends, 80 % busy.",
      arrivals: { kind: "poisson", ratePerSecond: 3_200 },
      work: { kind: "exponential", mean: "10ms" },
      backends: [{ count: 20, workers: 2 }],
      balancers: { count: 10 },
      warmUp: "2s",
      requests: 60_000,
    },
    policies: SHARING_POLICIES,
  },
  "stale-counts": {
    model: {
      about: "4 balancers that hear of each other's requests, but only every 200 ms.",
      arrivals: { kind: "poisson", ratePerSecond: 3_200 },
      work: { kind: "exponential", mean: "10ms" },
      backends: [{ count: 20, workers: 2 }],
      balancers: { count: 4, hearsEvery: "200ms", shared: true },
      warmUp: "2s",
      requests: 60_000,
    },
    policies: [...SHARING_POLICIES, "random"],
  },
  "cold-return": {
    model: {
      about: "A backend comes back with cold caches and gets its full share.",
      ...returning,
    },
    policies: LOAD_POLICIES,
  },
  "slow-start": {
    model: {
      about: "A backend comes back with cold caches and slow start over 20 s.",
      ...returning,
      slowStart: { window: "20s" },
    },
    policies: LOAD_POLICIES,
  },
  "ten-thousand": {
    model: {
      about: "10,000 backends, 80 % busy, a million requests.",
      arrivals: { kind: "poisson", ratePerSecond: 800_000 },
      work: { kind: "exponential", mean: "10ms" },
      backends: [{ count: 10_000 }],
      requests: 1_000_000,
    },
    policies: SHARING_POLICIES,
    repetitions: 1,
  },
} satisfies Readonly<Record<string, Preset>>;

/** Names of the presets, in the order in which a reader meets them. */
export const PRESET_NAMES: readonly string[] = Object.keys(PRESETS);

/**
 * A preset by its name.
 *
 * @throws WrongUse that lists the known names
 */
export function presetOf(name: string): Preset {
  const preset = (PRESETS as Readonly<Record<string, Preset>>)[name];
  if (preset !== undefined && Object.hasOwn(PRESETS, name)) return preset;
  throw new WrongUse(
    `There is no preset "${name}". ${didYouMean(name, PRESET_NAMES)}Known: ${PRESET_NAMES.join(", ")}`,
    "Use one of them, or the path of a model that ends in .json.",
  );
}
