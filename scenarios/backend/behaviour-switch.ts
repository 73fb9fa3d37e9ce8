import type { Behaviour } from "../../chaos/faults/behaviour/behaviour.ts";

/** What a request is for. */
export type Purpose = "work" | "check";

/** What happens to a request. */
export type Treatment =
  | {
      readonly kind: "serve";
      /** Its service time, in milliseconds, from the one that it would have had. */
      readonly serviceMs: (ownMs: number) => number;
    }
  | { readonly kind: "answer"; readonly status: number }
  | { readonly kind: "reset" };

const AS_EVER: Treatment = { kind: "serve", serviceMs: (ownMs) => ownMs };

/** How the application behaves now, and what that means for each request. Changes at any time. */
export class BehaviourSwitch {
  readonly #random: () => number;
  #behaviour: Behaviour = {};
  #affected = 0;
  #cold = 0;
  #inARow = 0;
  #changed = Promise.withResolvers<void>();

  /** @param random uniform in [0, 1), seeded by the caller; draws whom the behaviour happens to */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** The behaviour in force; empty for good behaviour. */
  get behaviour(): Behaviour {
    return this.#behaviour;
  }

  /** Requests that it has happened to since it was set. */
  get affected(): number {
    return this.#affected;
  }

  /** Replaces the behaviour. Requests that hang are treated anew. */
  set(behaviour: Behaviour): void {
    this.#behaviour = behaviour;
    this.#affected = 0;
    this.#cold = behaviour.coldRequests ?? Infinity;
    this.#inARow = 0;
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers<void>();
    resolve();
  }

  /** Resolves with what happens to a request; one that hangs waits here until the behaviour changes. */
  async treat(purpose: Purpose): Promise<Treatment> {
    while (this.#happensTo(purpose)) {
      const { status, hang, reset } = this.#behaviour;
      if (hang === undefined) {
        if (reset === true) return this.#counted({ kind: "reset" });
        if (status !== undefined) return this.#counted({ kind: "answer", status });
        return this.#slow(purpose);
      }
      this.#affected += 1;
      await this.#changed.promise;
    }
    return AS_EVER;
  }

  #happensTo(purpose: Purpose): boolean {
    const { share = 1, checks = false, inARow = Infinity } = this.#behaviour;
    if (purpose === "check" ? checks === false : checks === "only") return false;
    if (share < 1 && this.#random() >= share) return false;
    this.#inARow = this.#inARow < inARow ? this.#inARow + 1 : 0;
    return this.#inARow > 0;
  }

  #slow(purpose: Purpose): Treatment {
    const { serviceMs, factor = 1 } = this.#behaviour;
    if ((serviceMs === undefined && factor === 1) || this.#cold === 0) return AS_EVER;
    if (purpose === "work") this.#cold -= 1;
    return this.#counted({
      kind: "serve",
      serviceMs: (ownMs) => (serviceMs ?? ownMs) * factor,
    });
  }

  #counted(treatment: Treatment): Treatment {
    this.#affected += 1;
    return treatment;
  }
}
