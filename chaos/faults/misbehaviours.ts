import type { Fault } from "./fault.ts";
import { takesDown } from "./takes-down.ts";
import type { Target } from "./target.ts";
import { behave } from "./behave.ts";
import type { Behaviour } from "./behaviour/behaviour.ts";

/** The misbehaviours of backends that balancers must know how to deal with, by their usual names. */

/** To whom it happens. */
type Whom = Pick<Behaviour, "share" | "checks">;

/** A backend answers an error faster than it would have done the work, and so attracts more of it. */
export function fast5xx(target: Target, options: Whom & { readonly status?: number } = {}): Fault {
  const { status = 500, ...whom } = options;
  return behave(target, { status, ...whom }, { kind: "fast-5xx", title: `fast ${status} of` });
}

/** A backend is slower than it was. @param options.factor or `serviceMs`, or both */
export function slowBackend(
  target: Target,
  options: Whom & Pick<Behaviour, "serviceMs" | "factor">,
): Fault {
  return behave(target, options, { kind: "slow-backend", title: "slowness of" });
}

/** A backend accepts requests and answers none, until it is healed. */
export function hungService(target: Target, options: Whom = {}): Fault {
  const names = { kind: "hung-service", title: "hang of" };
  return downUnlessShared(behave(target, { hang: true, ...options }, names), target, options);
}

/** A backend resets the connections of requests. */
export function resettingService(target: Target, options: Whom = {}): Fault {
  const names = { kind: "resetting-service", title: "resets of" };
  return downUnlessShared(behave(target, { reset: true, ...options }, names), target, options);
}

/** A backend that answers no request at all is down; one that answers errors is not. */
function downUnlessShared(fault: Fault, target: Target, { share = 1, checks }: Whom): Fault {
  return share < 1 || checks === "only" ? fault : { ...fault, takesDown: takesDown(target) };
}

/** A backend answers 503 to everything, checks too, as one whose dependencies are gone. */
export function unreadyService(target: Target): Fault {
  const names = { kind: "unready-service", title: "unreadiness of" };
  return behave(target, { status: 503, checks: true }, names);
}

/** A backend announces that it leaves, in every response and by its readiness, and serves on. */
export function leavingBackend(target: Target): Fault {
  return behave(target, { leaving: true }, { kind: "leaving-backend", title: "farewell of" });
}

/** The first requests of a backend are so many times slower, as those of one that was just started. */
export function coldBackend(
  target: Target,
  options: { readonly coldRequests: number; readonly factor: number },
): Fault {
  return behave(target, options, { kind: "cold-backend", title: "cold caches of" });
}
