import { vrrpTakeover, type VrrpTimers } from "../chaos/measurement/windows/vrrp.ts";
import type { PredictedWindow } from "../chaos/measurement/predicted-window.ts";
import type { Heartbeat } from "../chaos/scenario.ts";
import type { Topology, VirtualAddress } from "../stacks/topology.ts";

function addressOf({ virtualAddress }: Topology): VirtualAddress {
  if (virtualAddress === undefined) throw new RangeError("The topology has no floating address.");
  return virtualAddress;
}

/**
 * When the peer takes the floating address of a topology from an owner that falls silent.
 *
 * @param owner who held it; default: the one of the highest priority
 */
export function takeoverIn(topology: Topology, owner?: string | null): PredictedWindow {
  return vrrpTakeover(vrrpTimersOf(topology, owner));
}

/**
 * What decides when the peer acts.
 *
 * @param owner who held the address; default: the one of the highest priority
 */
export function vrrpTimersOf(topology: Topology, owner?: string | null): VrrpTimers {
  const { owners, vrrp } = addressOf(topology);
  const held = owner ?? owners[0]?.node;
  const backup = owners.find(({ node }) => node !== held);
  if (backup === undefined) throw new RangeError("The floating address has only one owner.");
  return {
    advertIntervalMs: vrrp.advertIntervalMs,
    ...(vrrp.downTimerAdverts === undefined ? {} : { downTimerAdverts: vrrp.downTimerAdverts }),
    backupPriority: backup.priority,
  };
}

/** The adverts that decide when: those of the owner, as its peer sees them. */
export function advertsAsHeartbeat(topology: Topology): Heartbeat {
  const { owners, vrrp } = addressOf(topology);
  return {
    of: "advert",
    periodMs: vrrp.advertIntervalMs,
    silenced: true,
    isBeat: (event, { owner }) =>
      event.type === "vrrp.advert" &&
      event.node !== owner &&
      event.data["priority"] === owners.find(({ node }) => node === owner)?.priority,
  };
}
