import type { Deployment } from "../environment/environment.ts";
import { addressOwner, type Target } from "../faults/target.ts";

/**
 * The balancer that held the address at the first fault of a trial, also when the address has moved since:
 * a dose in several parts is given to one node.
 */
export function ownerAtFirst(): Target {
  const found = new WeakMap<Deployment, string>();
  return {
    ...addressOwner,
    title: "the balancer that held the address",
    find: (deployment) => {
      const owner = found.get(deployment) ?? addressOwner.find(deployment);
      found.set(deployment, owner);
      return owner;
    },
  };
}
