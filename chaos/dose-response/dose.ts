import type { Scenario } from "../scenario.ts";

/** What disturbs the balancer that serves, without killing it. */
export const DISTURBANCES = ["loss", "freeze", "cpu"] as const;
export type DisturbanceId = (typeof DISTURBANCES)[number];

/** How soon its peer believes it dead. */
export interface DoseTimers {
  readonly advertIntervalMs: number;
  /** Adverts missed in a row. */
  readonly downTimerAdverts: number;
}

/** One dose of a disturbance under certain timers, as an experiment. */
export interface DoseCell {
  /** Of its run: `loss-100ms-3-30`. */
  readonly id: string;
  /** For progress and lists: `loss 30 %, 100 ms × 3`. */
  readonly title: string;
  readonly timers: DoseTimers;
  /** A share of 0 to 1, or a number of busy loops. */
  readonly dose: number;
  readonly scenario: Scenario;
}

/** How a disturbance is measured and drawn. */
export interface DisturbanceWords {
  /** For headings: `packet loss on the active balancer`. */
  readonly title: string;
  /** Of the axis: `packets lost`. */
  readonly axis: string;
  readonly unit: "percent" | "count";
  /** What a dose is, and what theory makes of it. Plain sentences. */
  readonly explanation: string;
}

/** What every disturbance is called, and what theory says of it. */
export const DISTURBANCE_WORDS: Readonly<Record<DisturbanceId, DisturbanceWords>> = {
  loss: {
    title: "packet loss on the active balancer",
    axis: "packets lost",
    unit: "percent",
    explanation:
      "Each packet that the balancer sends or receives is lost by a throw of the dice. Its peer takes the address when as many adverts in a row are lost as the timers bear; the predicted curve is the probability of such a run, exactly, among the adverts that were sent meanwhile.",
  },
  freeze: {
    title: "freezes of the active balancer",
    axis: "share of the time that it is frozen",
    unit: "percent",
    explanation:
      "All of the balancer's node is frozen again and again, as by a hypervisor that has too little time for it; a freeze is as long as its share of the rhythm. Its peer takes the address when a freeze, counted from the advert before it, outlasts the timers; the predicted curve is the probability that one does.",
  },
  cpu: {
    title: "busy loops beside the active balancer",
    axis: "busy loops",
    unit: "count",
    explanation:
      "Loops on the balancer's node that never wait compete for the processors of the whole machine. How the kernel's scheduler divides them is no matter of the protocol: theory has no curve. They make the prober late as well; that alone speaks against no trial here, for it does not tell when the address moves.",
  },
};

/** A dose as it is written: `30 %`, `4`. */
export function doseText(unit: DisturbanceWords["unit"], dose: number): string {
  return unit === "count" ? String(dose) : `${Number((dose * 100).toFixed(2))} %`;
}

/** Adverts after which a freeze comes again, per advert that the timers bear. */
const RHYTHM_ADVERTS = 2;

/** Length of the rhythm in which freezes come: one in each. */
export function freezeRhythmMs({ advertIntervalMs, downTimerAdverts }: DoseTimers): number {
  return RHYTHM_ADVERTS * downTimerAdverts * advertIntervalMs;
}

/**
 * The largest share of the time that can be frozen: what is left must have room for a thawed time that
 * is drawn from one whole advert interval.
 */
export function mostFrozen(timers: DoseTimers): number {
  return 1 - timers.advertIntervalMs / 2 / freezeRhythmMs(timers);
}
