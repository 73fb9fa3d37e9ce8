import { Checks, type CheckSurroundings } from "./checks.ts";
import type { Streams } from "./draws.ts";
import type { Fleet } from "./fleet.ts";
import type { Fronts } from "./fronts.ts";
import type { Model } from "./model.ts";

/** What happens to checks: one begins, one ends, or it is time to decide what was left open. */
export type CheckEvent = Parameters<CheckSurroundings["later"]>[0];

/** What the checks of all balancers work with. */
interface Surroundings {
  readonly fleet: Fleet;
  readonly fronts: Fronts;
  readonly stream: Streams;
  readonly now: () => number;
  /** Has `happen` called at a time. @param about whose check it is */
  readonly schedule: (event: CheckEvent, atMs: number, about: number) => void;
}

/** The checks of all balancers; none when the model has no checks. */
export class AllChecks {
  readonly #size: number;
  readonly #checks: readonly Checks[];

  constructor({ healthCheck }: Model, { fleet, fronts, stream, now, schedule }: Surroundings) {
    const { size } = fleet;
    this.#size = size;
    if (healthCheck === undefined) {
      this.#checks = [];
      return;
    }
    this.#checks = Array.from(
      { length: fronts.count },
      (_, balancer) =>
        new Checks(healthCheck, size, {
          now,
          random: stream("checks", balancer),
          answerOf: (backend) => fleet.checkOf(backend, healthCheck.timeout),
          later: (event, atMs, backend) => schedule(event, atMs, balancer * size + backend),
          allow: (backend, allowed) => fronts.allow(balancer, backend, allowed, now()),
          passed: (backend, beganAt) => fronts.passed(balancer, backend, beganAt, now()),
        }),
    );
  }

  /** Plans the first check of every backend by every balancer. */
  begin(): void {
    for (const checks of this.#checks) checks.begin();
  }

  /** What was scheduled happens. */
  happen(event: CheckEvent, about: number): void {
    const checks = this.#checks[Math.floor(about / this.#size)];
    const backend = about % this.#size;
    if (event === "wake") checks?.wake();
    else checks?.[event](backend);
  }
}
