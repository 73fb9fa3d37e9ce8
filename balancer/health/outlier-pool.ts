import { ejectionCap } from "./ejection-cap.ts";
import type {
  EjectionFigures,
  EjectionReason,
  OutlierEffect,
  ReadmissionReason,
  SpareReason,
} from "./outlier-effect.ts";
import { newMember, type Judged, type OutlierMember } from "./outlier-member.ts";
import type { ConsecutiveKind, OutlierRules } from "./outlier-rules.ts";
import {
  afterEjection,
  afterHealthyIntervals,
  afterReadmission,
  afterRevocation,
  type OutlierState,
} from "./outlier-state.ts";
import {
  latencyOutliers,
  successRateOutliers,
  type IntervalSample,
  type StandsOut,
} from "./outlier-statistics.ts";
import type { OutlierTally } from "./outlier-tally.ts";
import { sharersOf } from "./shared-failure.ts";
import { accusesItself, type Outcome } from "./outcome.ts";

/**
 * Who of a pool is ejected, judged from the outcomes of live requests. It touches no clock and no
 * backend: `now` is an argument, and what follows is told. Telling may come back in `changed`.
 */
export class OutlierPool<B extends Judged> {
  #members = new Map<B, OutlierMember<B>>();
  #rules: OutlierRules;
  #ejected = 0;
  #intervalEndsAt: number;
  /** When so many failed alike that nobody was to blame. */
  #sharedAt = Number.NEGATIVE_INFINITY;
  readonly #told: (effect: OutlierEffect<B>) => void;

  constructor(
    backends: readonly B[],
    rules: OutlierRules,
    now: number,
    told: (effect: OutlierEffect<B>) => void,
  ) {
    this.#rules = rules;
    this.#told = told;
    this.#intervalEndsAt = now + rules.intervalMs;
    this.update(backends, rules, now);
  }

  /** Those ejected at the moment. */
  get ejected(): number {
    return this.#ejected;
  }

  /** How many may be. */
  get cap(): number {
    const { maximumEjectedShare, alwaysEjectOne } = this.#rules;
    return ejectionCap(this.#members.size, maximumEjectedShare, alwaysEjectOne);
  }

  /** The state of a backend, and why it is or was ejected; undefined for strangers. */
  stateOf(
    backend: B,
  ): { readonly state: OutlierState; readonly reason: EjectionReason | null } | undefined {
    return this.#members.get(backend);
  }

  /** When the next ejection is over; null when nobody is ejected. */
  get wakeAt(): number | null {
    let at: number | null = null;
    for (const { state } of this.#members.values()) {
      if (state.kind === "ejected") at = Math.min(at ?? Number.POSITIVE_INFINITY, state.readmitAt);
    }
    return at;
  }

  /** Replaces membership and rules. Those who stay keep what is known of them. */
  update(backends: readonly B[], rules: OutlierRules, now: number): void {
    this.#rules = rules;
    this.#intervalEndsAt = Math.min(this.#intervalEndsAt, now + rules.intervalMs);
    const before = this.#members;
    this.#members = new Map(
      backends.map((backend) => [backend, before.get(backend) ?? newMember(backend)]),
    );
    const ejected = this.#ejectedMembers();
    this.#ejected = ejected.length;
    // A smaller pool may do without fewer.
    for (const member of ejected.slice(0, Math.max(0, ejected.length - this.cap))) {
      this.#readmit(member, "cap", now);
    }
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
    if (beganAt >= member.state.ejectedAt) this.#readmit(member, "check-passed", now);
  }

  /** Readmits whose time is up. */
  readmitDue(now: number): void {
    for (const member of this.#ejectedMembers()) {
      if (member.state.kind === "ejected" && member.state.readmitAt <= now) {
        this.#readmit(member, "time", now);
      }
    }
  }

  /** Readmits everybody: nobody is judged any more. */
  readmitAll(now: number): void {
    for (const member of this.#ejectedMembers()) this.#readmit(member, "switched-off", now);
  }

  #judge(
    suspect: OutlierMember<B>,
    due: ConsecutiveKind,
    outcome: Outcome,
    now: number,
    random: () => number,
  ): void {
    const detection = `consecutive-${due}` as const;
    const alike = this.#sharers(suspect, due, outcome);
    if (alike === null) {
      this.#eject(suspect, detection, now, random);
      return;
    }
    this.#sharedAt = now;
    // The first ones were judged before it could be known.
    for (const member of alike) this.#readmit(member, "shared-failure", now);
    this.#spare(suspect, "shared-failure", detection, alike);
  }

  #sharers(
    suspect: OutlierMember<B>,
    due: ConsecutiveKind,
    outcome: Outcome,
  ): OutlierMember<B>[] | null {
    const { spareSharedFailures, intervalMs, consecutive } = this.#rules;
    if (!spareSharedFailures) return null;
    return sharersOf(suspect, this.#members.values(), {
      windowMs: intervalMs,
      enough: Math.ceil(consecutive[due] / 2),
      cap: accusesItself(outcome) ? this.#members.size : this.cap,
    });
  }

  #eject(
    member: OutlierMember<B>,
    reason: EjectionReason,
    now: number,
    random: () => number,
    figures: EjectionFigures | null = null,
  ): void {
    const why = this.#ejected >= this.cap ? "cap" : this.#isLast(member) ? "last" : null;
    if (why !== null) {
      this.#spare(member, why, reason, []);
      return;
    }
    const state = afterEjection(member.state, this.#rules.ejection, now, random);
    member.state = state;
    member.reason = reason;
    this.#ejected += 1;
    if (state.kind !== "ejected") return;
    const { ejections } = state;
    const forMs = state.readmitAt - now;
    this.#told({ kind: "ejected", backend: member.backend, reason, forMs, ejections, figures });
  }

  #readmit(member: OutlierMember<B>, because: ReadmissionReason, now: number): void {
    const { state, backend, tally } = member;
    if (state.kind === "admitted") return;
    member.state = because === "shared-failure" ? afterRevocation(state) : afterReadmission(state);
    this.#ejected -= 1;
    tally.restart(now);
    this.#told({ kind: "readmitted", backend, because, afterMs: now - state.ejectedAt });
  }

  #isLast(member: OutlierMember<B>): boolean {
    if (this.#rules.ejectLast) return false;
    for (const other of this.#members.values()) {
      if (other !== member && other.backend.inService && other.state.kind === "admitted") {
        return false;
      }
    }
    return true;
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
    const failing = [member, ...alike].map(({ backend }) => backend.id);
    this.#told({ kind: "spared", backend: member.backend, reason, detection, failing });
  }

  #closeInterval(now: number, random: () => number): void {
    const { intervalMs, successRate, latency } = this.#rules;
    const intervals = 1 + Math.floor((now - this.#intervalEndsAt) / intervalMs);
    const beganAt = this.#intervalEndsAt - intervalMs;
    this.#intervalEndsAt += intervals * intervalMs;
    const judged = [...this.#members.values()]
      .filter(({ state, backend }) => state.kind === "admitted" && backend.inService)
      .map((member) => ({ member, ...figuresOf(member.tally) }));
    // While everybody fails, the differences between them are chance.
    if (this.#sharedAt < beganAt) {
      const slow = latencyOutliers(judged, latency);
      this.#ejectThose(successRateOutliers(judged, successRate), "success-rate", now, random);
      this.#ejectThose(slow, "latency", now, random);
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

  #ejectThose(
    outliers: readonly StandsOut<{ readonly member: OutlierMember<B> }>[],
    reason: EjectionReason,
    now: number,
    random: () => number,
  ): void {
    for (const { sample, value, bound } of outliers) {
      // It may be out for the other reason already.
      if (sample.member.state.kind === "ejected") continue;
      this.#eject(sample.member, reason, now, random, { value, bound });
    }
  }

  /** The ejected, those whose time is up first in front. */
  #ejectedMembers(): OutlierMember<B>[] {
    return [...this.#members.values()]
      .flatMap((member) =>
        member.state.kind === "ejected" ? { member, at: member.state.readmitAt } : [],
      )
      .toSorted((one, other) => one.at - other.at)
      .map(({ member }) => member);
  }
}

/** A copy, because the tally goes on. */
function figuresOf({ requests, successes, latencyMs }: OutlierTally): IntervalSample {
  return { requests, successes, latencyMs };
}
