import type { BackendShown, LabStatus } from "./protocol.ts";

/** How long ago something was, as people say it. */
export function agoOf(sinceNs: string, nowNs = process.hrtime.bigint()): string {
  const seconds = Number((nowNs - BigInt(sinceNs)) / 1_000_000_000n);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3_600)} h`;
}

/**
 * A lab as lines for a terminal: its nodes, what its balancers think of their backends, and the faults
 * that are active.
 */
export function renderStatus(status: LabStatus): string {
  const { topology, owner, faults } = status;
  const width = Math.max(...topology.nodes.map(({ id }) => id.length));
  const roleWidth = Math.max(...topology.nodes.map(({ role }) => role.length));
  const address = topology.virtualAddress?.address;
  const nodes = topology.nodes.map((node) => {
    const seen = status.nodes[node.id];
    const holds = owner === node.id ? `, holds ${address ?? ""}` : "";
    return `  ${node.id.padEnd(width)}  ${node.role.padEnd(roleWidth)}  ${node.address.padEnd(15)}  ${stateOf(seen)}${holds}`;
  });
  const backends = Object.entries(status.pools).flatMap(([balancer, shown]) =>
    shown.map(
      (pool) => `  ${balancer.padEnd(width)}  ${pool.id}: ${pool.backends.map(wordOf).join(", ")}`,
    ),
  );
  const active = faults.map(
    ({ id, title, target, monotonicNs, evidence }) =>
      `  ${id}  ${title} (${target}), for ${agoOf(monotonicNs)}: ${evidence}`,
  );
  return [
    `Lab of ${topology.id}, up for ${agoOf(status.sinceNs)}`,
    ...nodes,
    ...(backends.length === 0 ? [] : ["Backends, as the balancers see them", ...backends]),
    active.length === 0 ? "No fault is active" : "Active faults",
    ...active,
    "",
  ].join("\n");
}

function stateOf(seen: LabStatus["nodes"][string] | undefined): string {
  if (seen === undefined || seen.running + seen.stopped === 0) return "dead";
  const cut = seen.connected ? "" : ", cut off";
  if (seen.stopped === 0) return `runs${cut}`;
  return `${seen.running === seen.stopped ? "frozen" : `${seen.stopped} processes frozen`}${cut}`;
}

function wordOf({ id, health, administrative, ejected }: BackendShown): string {
  if (administrative !== "enabled") return `${id} ${administrative}`;
  return `${id} ${ejected === true ? "ejected" : health}`;
}
