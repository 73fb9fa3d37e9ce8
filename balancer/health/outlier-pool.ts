import { Ejections } from "./ejections.ts";
import type {
  EjectionFigures,
  EjectionReason,
  EjectionRecord,
  OutlierEffect,
  SpareReason,
} from "./outlier-effect.ts";
import { newMember, type Judged, type OutlierMember } from "./outlier-member.ts";
import type { ConsecutiveKind, OutlierRules } from "./outlier-rules.ts";
import { afterHealthyIntervals } from "./outlier-state.ts";
import { outliersOf, type IntervalSample } from "./outlier-statistics.ts";
import { accusesItself, type Outcome } from "./outcome.ts";
import { sharersOf } from "./shared-failure.ts";

/** To ask whether others fail alike is to look at all of them: the answer holds for that part of them in failures … */
const LOOK_PART = 64;
/** … and no longer than this: the others may recover meanwhile. */
const LOOK_MS = 100;

/** Of a large pool not everybody is named. */
const NAMED_MAXIMUM = 15;

/**
 * Who of a pool is to be ejected, judged from the outcomes of live requests. It touches no clock and
 * no backend: `now` is an argument, and what follows is told. Telling may come back in `changed`.
 */
export class OutlierPool<B extends Judged> {
  #members = new Map<B, OutlierMember<B>>();
  #rules: OutlierRules;
  #intervalEndsAt: number;
  /** When so many failed alike that nobody was to blame. */
  #sharedAt = Number.NEGATIVE_INFINITY;
  /** Those that failed alike when that was asked last; null when it was one alone. */
  #alike: readonly OutlierMember<B>[] | null = null;
  #failuresSinceLook = Number.POSITIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;
  readonly #ejections: Ejections<B>;
  readonly #told: (effect: OutlierEffect<B>) => void;

  constructor(
    backends: readonly B[],
    rules: OutlierRules,
    now: number,
    told: (effect: OutlierEffect<B>) => void,
  ) {
    this.#rules = rules;
    this.#told = told;
    this.#ejections = new Ejections(rules, told);
    this.#intervalEndsAt = now + rules.intervalMs;
    this.update(backends, rules, now);
  }

  /** Those ejected at the moment. */
  get ejected(): number {
    return this.#ejections.count;
  }

  /** When the next ejection is over; null when nobody is ejected. */
  get wakeAt(): number | null {
    return this.#ejections.wakeAt;
  }

  /** What came of a backend so far; undefined for strangers. */
  stateOf(backend: B): Pick<OutlierMember<B>, "state" | "reason"> | undefined {
    return this.#members.get(backend);
  }

  /** Replaces membership and rules. Those who stay keep what is known of them. */
  update(backends: readonly B[], rules: OutlierRules, now: number): void {
    const before = this.#members;
    this.#rules = rules;
    this.#intervalEndsAt = Math.min(this.#intervalEndsAt, now + rules.intervalMs);
    this.#members = new Map(
      backends.map((backend) => [backend, before.get(backend) ?? newMember(backend)]),
    );
    this.#ejections.update(this.#members, rules, now);
    this.#failuresSinceLook = Number.POSITIVE_INFINITY;
  }

  /**
   * Counts a request.
   *
   * @param latencyMs to the first byte of the response; of successes only
   * @param sentAt when it was sent: one from before an ejection says nothing new after it
   * @param now monotonic milliseconds
   * @param random uniform in [0, 1)
   */
  observe(
    backend: B,
    outcome: Outcome,
    latencyMs: number,
    sentAt: number,
    now: number,
    random: () => number,
  ): void {
    if (now >= this.#intervalEndsAt) this.#closeInterval(now, random);
    const member = this.#members.get(backend);
    if (member === undefined || member.state.kind === "ejected" || !backend.inService) return;
    const { tally } = member;
    if (sentAt < tally.sentFrom) return;
    tally.count(outcome, latencyMs, now);
    if (outcome === "answered") {
      member.spared = false;
      return;
    }
    this.#failuresSinceLook += 1;
    // What was sent while everybody failed may fail after the others have recovered.
    if (sentAt < this.#sharedAt) return;
    tally.countInARow(outcome, now);
    const due = tally.due(this.#rules.consecutive);
    if (due !== null) this.#judge(member, due, outcome, now, random);
  }

  /** A backend may be picked again, or no longer. Who comes back begins anew. */
  changed(backend: B, isPickable: boolean, now: number): void {
    const member = this.#members.get(backend);
    if (isPickable && member?.state.kind === "admitted") member.tally.restart(now);
  }

  /** A check passed that began then. */
  passed(backend: B, beganAt: number, now: number): void {
    const member = this.#members.get(backend);
    if (!this.#rules.readmitOnPass || member?.state.kind !== "ejected") return;
    if (beganAt >= member.state.ejectedAt) this.#ejections.readmit(member, "check-passed", now);
  }

  /** Goes on with what another process knew of a backend; tells nobody. */
  resume(backend: B, record: EjectionRecord, now: number): void {
    const member = this.#members.get(backend);
    if (member?.state.kind === "admitted") this.#ejections.resume(member, record, now);
  }

  /** Readmits whose time is up. */
  readmitDue(now: number): void {
    this.#ejections.readmitDue(now);
  }

  /** Readmits everybody: nobody is judged any more. */
  readmitAll(now: number): void {
    this.#ejections.readmitAll("switched-off", now);
  }

  #judge(
    suspect: OutlierMember<B>,
    due: ConsecutiveKind,
    outcome: Outcome,
    now: number,
    random: () => number,
  ): void {
    const detection = `consecutive-${due}` as const;
    const alike = this.#sharers(suspect, due, outcome, now);
    if (alike === null) this.#eject(suspect, detection, null, now, random);
    else {
      this.#sharedAt = now;
      this.#spare(suspect, "shared-failure", detection, alike);
    }
  }

  #sharers(
    suspect: OutlierMember<B>,
    due: ConsecutiveKind,
    outcome: Outcome,
    now: number,
  ): readonly OutlierMember<B>[] | null {
    const { spareSharedFailures, intervalMs, consecutive } = this.#rules;
    if (!spareSharedFailures) return null;
    // Whoever is ejected in between is taken back if the next look finds that it is shared.
    const isNews = this.#failuresSinceLook * LOOK_PART >= this.#members.size;
    if (!isNews && now - this.#lookedAt < LOOK_MS) return this.#alike;
    this.#failuresSinceLook = 0;
    this.#lookedAt = now;
    this.#alike = sharersOf(suspect, this.#members.values(), {
      windowMs: intervalMs,
      enough: Math.ceil(consecutive[due] / 2),
      cap: accusesItself(outcome) ? this.#members.size : this.#ejections.cap,
    });
    // The first ones were judged before it could be known.
    for (const member of this.#alike ?? []) {
      this.#ejections.readmit(member, "shared-failure", now);
    }
    return this.#alike;
  }

  #eject(
    member: OutlierMember<B>,
    reason: EjectionReason,
    figures: EjectionFigures | null,
    now: number,
    random: () => number,
  ): void {
    const refusal = this.#ejections.refusal(member);
    if (refusal === null) this.#ejections.eject(member, reason, figures, now, random);
    else this.#spare(member, refusal, reason, []);
  }

  #spare(
    member: OutlierMember<B>,
    reason: SpareReason,
    detection: EjectionReason,
    alike: readonly OutlierMember<B>[],
  ): void {
    member.tally.forgive();
    if (member.spared) return;
    member.spared = true;
    const others = alike.slice(0, NAMED_MAXIMUM).filter((other) => other !== member);
    const failing = [member, ...others].map(({ backend }) => backend.id);
    this.#told({ kind: "spared", backend: member.backend, reason, detection, failing });
  }

  #closeInterval(now: number, random: () => number): void {
    const { intervalMs } = this.#rules;
    const intervals = 1 + Math.floor((now - this.#intervalEndsAt) / intervalMs);
    const beganAt = this.#intervalEndsAt - intervalMs;
    this.#intervalEndsAt += intervals * intervalMs;
    // While everybody fails, the differences between them are chance.
    if (this.#sharedAt < beganAt) {
      for (const { sample, reason, value, bound } of outliersOf(this.#samples(), this.#rules)) {
        this.#eject(sample.member, reason, { value, bound }, now, random);
      }
    }
    for (const member of this.#members.values()) {
      const { tally, state, backend } = member;
      tally.nextInterval();
      const wellFrom = Math.max(beganAt, tally.sentFrom);
      const wellMs = this.#intervalEndsAt - intervalMs - wellFrom;
      if (!backend.inService || wellMs < intervalMs) continue;
      member.state = afterHealthyIntervals(state, Math.floor(wellMs / intervalMs));
    }
  }

  #samples(): (IntervalSample & { readonly member: OutlierMember<B> })[] {
    return [...this.#members.values()]
      .filter(({ state, backend }) => state.kind === "admitted" && backend.inService)
      .map((member) => {
        const { requests, successes, latencyMs } = member.tally;
        return { member, requests, successes, latencyMs };
      });
  }
}
