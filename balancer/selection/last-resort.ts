import type { Candidate, Division, PickContext, Policy, Result } from "./policy.ts";

/**
 * Keeps candidates of weight 0 apart: they are picked, by the same policy and as equals, only when
 * no other one is allowed. So no policy has to divide by a weight that is 0.
 */
export class LastResort implements Policy {
  readonly division: Division;
  readonly #main: Policy;
  readonly #reserve: Policy;
  #reserved: ReadonlySet<Candidate> = new Set();

  /** @param create makes a policy; its candidates are all of weight 0, or none */
  constructor(create: () => Policy) {
    this.#main = create();
    this.#reserve = create();
    this.division = this.#main.division;
  }

  update(candidates: readonly Candidate[]): void {
    const reserved = candidates.filter((candidate) => candidate.weight === 0);
    this.#reserved = new Set(reserved);
    this.#reserve.update(reserved);
    this.#main.update(
      reserved.length === 0 ? candidates : candidates.filter((one) => !this.#reserved.has(one)),
    );
  }

  pick(context: PickContext): Candidate | undefined {
    const candidate = this.#main.pick(context);
    if (candidate !== undefined || this.#reserved.size === 0) return candidate;
    return this.#reserve.pick(context);
  }

  setAvailable(candidate: Candidate, available: boolean): void {
    this.#of(candidate).setAvailable?.(candidate, available);
  }

  started(candidate: Candidate, now: number): void {
    this.#of(candidate).started?.(candidate, now);
  }

  observed(candidate: Candidate, result: Result, latencyMs: number, now: number): void {
    this.#of(candidate).observed?.(candidate, result, latencyMs, now);
  }

  ended(candidate: Candidate, now: number): void {
    this.#of(candidate).ended?.(candidate, now);
  }

  advance(): boolean {
    const main = this.#main.advance?.() ?? false;
    return (this.#reserve.advance?.() ?? false) || main;
  }

  #of(candidate: Candidate): Policy {
    return this.#reserved.size > 0 && this.#reserved.has(candidate) ? this.#reserve : this.#main;
  }
}
