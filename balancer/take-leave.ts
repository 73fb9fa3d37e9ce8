import type { Config } from "./config.ts";
import type { FailoverSupervisor } from "./failover/supervisor.ts";
import { LeaveTaking } from "./leave-taking.ts";
import type { ListenerSet } from "./listener/listener-set.ts";

/** How long keepalived may take to give the address away. */
const ADDRESS_MS = 200;
/** How often a process that was replaced looks whether somebody is still connected. */
const LOOK_MS = 20;

/** What a departure goes by. */
export interface Leaving {
  readonly timeouts: Pick<Config["timeouts"], "lameDuck" | "drain">;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** A balancer goes: it gives the floating address away, if it has one, and waits for that. */
export function takeLeave(
  { timeouts: { lameDuck, drain }, now }: Leaving,
  failover: Pick<FailoverSupervisor, "leave"> | null,
): LeaveTaking {
  const addressMs = failover === null ? null : ADDRESS_MS;
  const leaveTaking = new LeaveTaking({ lameDuckMs: lameDuck, addressMs, drainMs: drain }, now);
  void failover?.leave(ADDRESS_MS).then(() => leaveTaking.tell("address-gone"));
  return leaveTaking;
}

/**
 * A process goes whose successor accepts and holds the address: who is connected here is told, on an
 * answer, and it lasts until nobody is.
 */
export function takeLeaveOfGuests(
  { timeouts: { lameDuck, drain }, now }: Leaving,
  listeners: Pick<ListenerSet, "guests" | "stopAccepting">,
): LeaveTaking {
  listeners.stopAccepting();
  const rules = { lameDuckMs: Math.max(lameDuck, drain), addressMs: null, drainMs: drain };
  const leaveTaking = new LeaveTaking(rules, now);
  const timer = setInterval(() => {
    if (listeners.guests === 0) leaveTaking.tell("emptied");
  }, LOOK_MS);
  void leaveTaking.draining.then(() => clearInterval(timer));
  return leaveTaking;
}
