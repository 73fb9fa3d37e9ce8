import type { EventMarks, Hurt } from "../chaos/scenario.ts";

/**
 * Which events are the marks of a floating address that moves: the peer's keepalived becomes master
 * (detected), the address is on its interface (elected), and the client's neighbour table names
 * another MAC address (moved).
 */
export function addressMoves(hurt: Hurt): EventMarks {
  const { topology, owner, ownerMac } = hurt;
  const address = topology.virtualAddress?.address;
  return {
    detected: {
      title: "vrrp.master on the peer",
      matches: (event) => event.type === "vrrp.master" && event.node !== owner,
    },
    elected: {
      title: "address.added on the peer",
      matches: (event) =>
        event.type === "address.added" && event.node !== owner && event.data["address"] === address,
    },
    moved: {
      title: "neighbour.changed on the client",
      matches: (event) =>
        event.type === "neighbour.changed" &&
        event.data["address"] === address &&
        event.data["mac"] !== null &&
        event.data["mac"] !== ownerMac,
    },
  };
}

/** Which event is the mark of a backend that leaves the pool; no address moves. */
export function backendLeaves(hurt: Hurt): EventMarks {
  const leaves = {
    title: `backend.unhealthy for ${hurt.target}`,
    matches: (event: { type: string; node: string; data: Readonly<Record<string, unknown>> }) =>
      event.type === "backend.unhealthy" &&
      event.node === hurt.owner &&
      event.data["backend"] === hurt.target,
  };
  return {
    detected: leaves,
    // A backend that is found unhealthy is out of the pool in the same turn.
    elected: leaves,
    moved: { absent: "no address moves when a backend leaves the pool" },
  };
}

/** For faults after which nothing should leave and nothing should move. */
export function nothingMoves(): EventMarks {
  return {
    detected: { absent: "nothing should be found dead" },
    elected: { absent: "nothing should be elected or ejected" },
    moved: { absent: "no address should move" },
  };
}
