import { ejectionCap } from "./ejection-cap.ts";
import type {
  EjectionFigures,
  EjectionReason,
  EjectionRecord,
  OutlierEffect,
  ReadmissionReason,
} from "./outlier-effect.ts";
import type { Judged, OutlierMember } from "./outlier-member.ts";
import type { OutlierRules } from "./outlier-rules.ts";
import { afterEjection, afterReadmission, afterRevocation } from "./outlier-state.ts";

/** Who of a pool is ejected: never more than the cap, and never the last one unless that is wanted. */
export class Ejections<B extends Judged> {
  #members: ReadonlyMap<B, OutlierMember<B>> = new Map();
  #rules: OutlierRules;
  #count = 0;
  readonly #told: (effect: OutlierEffect<B>) => void;

  constructor(rules: OutlierRules, told: (effect: OutlierEffect<B>) => void) {
    this.#rules = rules;
    this.#told = told;
  }

  /** Those ejected at the moment. */
  get count(): number {
    return this.#count;
  }

  /** How many may be. */
  get cap(): number {
    const { maximumEjectedShare, alwaysEjectOne } = this.#rules;
    return ejectionCap(this.#members.size, maximumEjectedShare, alwaysEjectOne);
  }

  /** When the next ejection is over; null when nobody is ejected. */
  get wakeAt(): number | null {
    let at: number | null = null;
    for (const { state } of this.#members.values()) {
      if (state.kind === "ejected") at = Math.min(at ?? Number.POSITIVE_INFINITY, state.readmitAt);
    }
    return at;
  }

  /** Replaces the membership. Of a smaller pool fewer may be ejected: the next to come back do so now. */
  update(members: ReadonlyMap<B, OutlierMember<B>>, rules: OutlierRules, now: number): void {
    this.#members = members;
    this.#rules = rules;
    const ejected = this.#ejected();
    this.#count = ejected.length;
    for (const member of ejected.slice(0, Math.max(0, ejected.length - this.cap))) {
      this.readmit(member, "cap", now);
    }
  }

  /** Why a member must not be ejected now; null when it may be. */
  refusal(member: OutlierMember<B>): "cap" | "last" | null {
    if (this.#count >= this.cap) return "cap";
    return !this.#rules.ejectLast && this.#isLast(member) ? "last" : null;
  }

  /** Ejects a member that may be. */
  eject(
    member: OutlierMember<B>,
    reason: EjectionReason,
    figures: EjectionFigures | null,
    now: number,
    random: () => number,
  ): void {
    const state = afterEjection(member.state, this.#rules.ejection, now, random);
    if (state.kind !== "ejected" || state === member.state) return;
    member.state = state;
    member.reason = reason;
    this.#count += 1;
    const { ejections, readmitAt } = state;
    const forMs = readmitAt - now;
    this.#told({ kind: "ejected", backend: member.backend, reason, forMs, ejections, figures });
  }

  /** Ejects one whom another process had ejected, for what is left of its time. */
  resume(
    member: OutlierMember<B>,
    { ejections, reason, readmitInMs }: EjectionRecord,
    now: number,
  ): void {
    member.reason = reason;
    member.state = { kind: "admitted", ejections };
    if (readmitInMs === null || this.#count >= this.cap) return;
    member.state = { kind: "ejected", ejections, ejectedAt: now, readmitAt: now + readmitInMs };
    this.#count += 1;
  }

  /** Takes a member back; nothing that it did before counts any more. */
  readmit(member: OutlierMember<B>, because: ReadmissionReason, now: number): void {
    const { state, backend, tally } = member;
    if (state.kind === "admitted") return;
    member.state = because === "shared-failure" ? afterRevocation(state) : afterReadmission(state);
    this.#count -= 1;
    tally.restart(now);
    this.#told({ kind: "readmitted", backend, because, afterMs: now - state.ejectedAt });
  }

  /** Takes those back whose time is up. */
  readmitDue(now: number): void {
    for (const member of this.#ejected()) {
      if (member.state.kind === "ejected" && member.state.readmitAt <= now) {
        this.readmit(member, "time", now);
      }
    }
  }

  /** Takes everybody back. */
  readmitAll(because: ReadmissionReason, now: number): void {
    for (const member of this.#ejected()) this.readmit(member, because, now);
  }

  #isLast(member: OutlierMember<B>): boolean {
    for (const other of this.#members.values()) {
      if (other !== member && other.backend.inService && other.state.kind === "admitted") {
        return false;
      }
    }
    return true;
  }

  /** Those whose time is up first in front. */
  #ejected(): OutlierMember<B>[] {
    return [...this.#members.values()]
      .flatMap((member) =>
        member.state.kind === "ejected" ? { member, at: member.state.readmitAt } : [],
      )
      .toSorted((one, other) => one.at - other.at)
      .map(({ member }) => member);
  }
}
