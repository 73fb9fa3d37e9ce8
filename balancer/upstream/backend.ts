import type { BackendConfig } from "../config.ts";
import type { Selectable } from "../selection/selector.ts";

/** Whether active checks let a backend be picked. */
export type HealthState = "pending" | "healthy" | "unhealthy";

/** What an operator wants of it, whatever the checks say. */
export type AdministrativeState = "enabled" | "draining" | "disabled";

/**
 * One member of a pool: identity, address, and the live figures that selection, health and the
 * admin API read. Mutable on purpose: it is the one place where the hot path counts.
 */
export class Backend implements Selectable {
  readonly id: string;
  readonly address: string;
  readonly port: number;
  /** Address and port as a Host field names them. */
  readonly authority: string;
  weight: number;
  inFlight = 0;
  /** Requests (http) or connections (tcp) ever sent to it. */
  sent = 0;
  /** Of those: connect failures, resets and responses it broke. */
  failed = 0;
  #health: HealthState;
  #administrative: AdministrativeState = "enabled";
  #ejected = false;
  #leaving = false;
  #panicking = false;
  #pickable: boolean;
  readonly #changed: (backend: Backend) => void;
  readonly #assessed: (backend: Backend) => void;

  /**
   * @param changed told when `pickable` has changed
   * @param assessed told when what decides on the panic of its pool may have changed
   */
  constructor(
    config: BackendConfig,
    health: HealthState,
    changed: (backend: Backend) => void,
    assessed: (backend: Backend) => void = () => {},
  ) {
    this.id = config.id;
    this.address = config.address;
    this.port = config.port;
    const host = config.address.includes(":") ? `[${config.address}]` : config.address;
    this.authority = `${host}:${config.port}`;
    this.weight = config.weight;
    this.#health = health;
    this.#pickable = health === "healthy";
    this.#changed = changed;
    this.#assessed = assessed;
  }

  get health(): HealthState {
    return this.#health;
  }

  set health(state: HealthState) {
    if (this.#health === state) return;
    this.#health = state;
    this.#judge();
    this.#assessed(this);
  }

  get administrative(): AdministrativeState {
    return this.#administrative;
  }

  set administrative(state: AdministrativeState) {
    if (this.#administrative === state) return;
    this.#administrative = state;
    this.#judge();
    this.#assessed(this);
  }

  /** Whether live traffic showed it to be an outlier, so that it is out for a while. */
  get ejected(): boolean {
    return this.#ejected;
  }

  set ejected(ejected: boolean) {
    if (this.#ejected === ejected) return;
    this.#ejected = ejected;
    this.#judge();
    this.#assessed(this);
  }

  /** Whether it said itself that it wants no new work. */
  get leaving(): boolean {
    return this.#leaving;
  }

  set leaving(leaving: boolean) {
    if (this.#leaving === leaving) return;
    this.#leaving = leaving;
    this.#judge();
    this.#assessed(this);
  }

  /** Whether its pool is in panic: so few are left that neither checks nor ejections count. */
  get panicking(): boolean {
    return this.#panicking;
  }

  set panicking(panicking: boolean) {
    this.#panicking = panicking;
    this.#judge();
  }

  /** Whether checks and live traffic speak for it, whatever operators want and however few are left. */
  get fit(): boolean {
    return this.#health === "healthy" && !this.#ejected;
  }

  /** Whether operators and the backend itself want it used. */
  get wanted(): boolean {
    return this.#administrative === "enabled" && !this.#leaving;
  }

  /** Whether operators and checks let it serve, whatever live traffic says. */
  get inService(): boolean {
    return this.wanted && this.#health === "healthy";
  }

  /** Whether new requests may go to it. */
  get pickable(): boolean {
    return this.#pickable;
  }

  #judge(): void {
    const pickable = this.wanted && (this.#panicking || this.fit);
    if (pickable === this.#pickable) return;
    this.#pickable = pickable;
    this.#changed(this);
  }
}
