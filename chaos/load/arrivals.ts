import type { Arrivals } from "../measurement/probe.ts";
import { deriveSeed, seededRandom } from "../statistics/random.ts";

/** How the requests of a load follow one another. */
export interface ArrivalPlan {
  /** Above 0. */
  readonly ratePerSecond: number;
  readonly arrivals: Arrivals;
  /** Of what is drawn at random. */
  readonly seed: number;
}

/**
 * When the requests of a load are due, one after another and without end: nanoseconds after its start,
 * never before the one before. The same plan yields the same times, wherever it is computed.
 *
 * Except for `poisson`, request k is due when the integral of the rate has reached k, so that nothing adds
 * up over a long load.
 */
export function* arrivalOffsetsNs(plan: ArrivalPlan): Generator<number, never> {
  const { arrivals, ratePerSecond } = plan;
  if (arrivals.kind === "poisson") return yield* poissonNs(ratePerSecond, plan.seed);
  const secondsOf = inverseIntegral(arrivals, ratePerSecond);
  for (let k = 0; ; k += 1) yield Math.round(secondsOf(k) * 1e9);
}

/** The highest rate of a load, requests per second. */
export function peakRatePerSecond({ arrivals, ratePerSecond }: ArrivalPlan): number {
  switch (arrivals.kind) {
    case "constant":
    case "poisson":
      return ratePerSecond;
    case "ramp":
      return Math.max(ratePerSecond, arrivals.fromPerSecond);
    case "bursts":
      return Math.max(ratePerSecond, arrivals.burstPerSecond);
  }
}

/** Gaps are exponential (inverse transform); the first request comes after the first gap. */
function* poissonNs(ratePerSecond: number, seed: number): Generator<number, never> {
  const random = seededRandom(deriveSeed(seed, "arrivals"));
  let seconds = 0;
  for (;;) {
    seconds -= Math.log1p(-random()) / ratePerSecond;
    yield Math.round(seconds * 1e9);
  }
}

/** From a number of requests to the seconds after which so many were due. */
function inverseIntegral(
  arrivals: Exclude<Arrivals, { readonly kind: "poisson" }>,
  rate: number,
): (requests: number) => number {
  switch (arrivals.kind) {
    case "constant":
      return (requests) => requests / rate;
    case "ramp":
      return rampSeconds(arrivals.fromPerSecond, rate, arrivals.overMs / 1000);
    case "bursts":
      return burstSeconds(
        { rate: arrivals.burstPerSecond, seconds: arrivals.forMs / 1000 },
        { rate, seconds: (arrivals.everyMs - arrivals.forMs) / 1000 },
      );
  }
}

function rampSeconds(from: number, to: number, seconds: number): (requests: number) => number {
  const inRamp = ((from + to) / 2) * seconds;
  const slope = (to - from) / seconds;
  return (requests) => {
    if (requests >= inRamp) return seconds + (requests - inRamp) / to;
    if (requests === 0) return 0;
    // The root of from·t + slope·t²/2 = requests, in the form that divides by no slope of 0.
    const speed = Math.sqrt(Math.max(0, from * from + 2 * slope * requests));
    return (2 * requests) / (from + speed);
  };
}

interface Stretch {
  readonly rate: number;
  readonly seconds: number;
}

function burstSeconds(burst: Stretch, calm: Stretch): (requests: number) => number {
  const inBurst = burst.rate * burst.seconds;
  const inPeriod = inBurst + calm.rate * calm.seconds;
  return (requests) => {
    const periods = Math.floor(requests / inPeriod);
    // Rounding can put a whole number of periods a hair past the requests they bring.
    const since = Math.max(0, requests - periods * inPeriod);
    const begin = periods * (burst.seconds + calm.seconds);
    return since < inBurst
      ? begin + since / burst.rate
      : begin + burst.seconds + (since - inBurst) / calm.rate;
  };
}
