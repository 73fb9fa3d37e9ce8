import type { Topology } from "../../../stacks/topology.ts";
import { descend } from "../reference.ts";

/** Nodes that stand for each other, as one box. A fault proxy has one for every pair that it is between. */
export interface Group {
  /** Unlike any other group's. */
  readonly key: string;
  readonly role: string;
  /** How far it is from where requests begin; a fault point is halfway to what it leads to. */
  readonly rank: number;
  /** Positions in the manifest's list of nodes. */
  readonly nodes: readonly number[];
  /** Whether one of them may hold the floating address. */
  readonly holdsAddress: boolean;
}

/** A way that requests take from one group to another. */
export interface Edge {
  /** Key of the group. */
  readonly from: string;
  readonly to: string;
  /** JSON pointers into the topology: the ports served at the far end, each number once. */
  readonly ports: readonly string[];
  /** Ids of the declared links that take this way. */
  readonly links: readonly string[];
}

/** What a drawing of a topology shows, before anything has a place. */
export interface TopologyGraph {
  readonly groups: readonly Group[];
  readonly edges: readonly Edge[];
}

/** One way before those between the same groups are joined. */
interface Way {
  readonly from: string;
  readonly to: string;
  readonly port: string | null;
  readonly link: string | null;
}

/**
 * The groups of a topology in the direction of a request, and the ways between them: the declared
 * links, cut in two at their fault points, and what listeners and pools imply where none is declared.
 */
export function topologyGraph(topology: Topology): TopologyGraph {
  const members = new Map<string, number[]>();
  for (const [position, { group }] of topology.nodes.entries()) {
    members.set(group, [...(members.get(group) ?? []), position]);
  }
  const ways = waysOf(topology);
  const ranks = ranksOf([...members.keys()], ways);
  const owners = new Set(topology.virtualAddress?.owners.map(({ node }) => node));
  const group = (key: string, id: string, rank: number): Group => {
    const nodes = members.get(id) ?? [];
    return {
      key,
      role: topology.nodes[nodes[0] ?? 0]?.role ?? "",
      rank,
      nodes,
      holdsAddress: nodes.some((position) => owners.has(topology.nodes[position]?.id ?? "")),
    };
  };
  const points = new Map<string, Group>();
  const edges: Edge[] = [];
  for (const { from, to, port, link, via } of ways) {
    if (via === null) {
      join(edges, topology, { from, to, port, link });
      continue;
    }
    const key = `${via.group}/${from}/${to}`;
    points.set(key, group(key, via.group, (ranks.get(to) ?? 0) - 0.5));
    join(edges, topology, { from, to: key, port: via.port, link });
    join(edges, topology, { from: key, to, port, link });
  }
  const ends = new Set(ways.flatMap(({ from, to }) => [from, to]));
  const proxies = new Set(ways.flatMap(({ via }) => via?.group ?? []));
  const plain = [...members.keys()].filter((id) => ends.has(id) || !proxies.has(id));
  return {
    groups: [...plain.map((id) => group(id, id, ranks.get(id) ?? 0)), ...points.values()],
    edges,
  };
}

/** Adds a way to the edge between its groups; the same port number is named once. */
function join(edges: Edge[], topology: Topology, way: Way): void {
  if (way.from === way.to) return;
  const index = edges.findIndex(({ from, to }) => from === way.from && to === way.to);
  const { from, to, ports, links } = edges[index] ?? { ...way, ports: [], links: [] };
  const known = ports.map((pointer) => descend(topology, pointer));
  const isNew = way.port !== null && !known.includes(descend(topology, way.port));
  const edge = {
    from,
    to,
    ports: isNew && way.port !== null ? [...ports, way.port] : ports,
    links: way.link === null ? links : [...links, way.link],
  };
  if (index < 0) edges.push(edge);
  else edges[index] = edge;
}

/** Every way between two groups, whole: a fault point on it is told beside. */
function waysOf(
  topology: Topology,
): (Way & { readonly via: { readonly group: string; readonly port: string } | null })[] {
  const groupOf = (id: string): string =>
    topology.nodes.find((node) => node.id === id)?.group ?? id;
  const listenersOf = (group: string): string[] =>
    topology.listeners.flatMap((listener, index) =>
      listener.group === group ? [`/listeners/${index}/port`] : [],
    );
  const declared = topology.links.flatMap((link, index) => {
    const [from, to] = [groupOf(link.from), groupOf(link.to)];
    const at = `/links/${index}`;
    const via =
      link.via === undefined
        ? null
        : { group: groupOf(link.via.node), port: `${at}/via/listenPort` };
    // A link to balancers carries the port of one of their listeners, and stands for all.
    const served = via === null ? listenersOf(to) : [];
    const ports = served.length > 0 ? served : [`${at}/port`];
    return ports.map((port) => ({ from, to, port, link: link.id, via }));
  });
  const clients = topology.nodes.filter(({ role }) => role === "client");
  const implied = topology.listeners.flatMap((listener) => {
    const pool = topology.pools.find(({ id }) => id === listener.pool);
    const behind = [...new Set(pool?.backends.map(groupOf))];
    const before = declared.some(({ to }) => to === listener.group)
      ? []
      : [...new Set(clients.map(({ group }) => group))];
    return [
      ...before.flatMap((from) =>
        listenersOf(listener.group).map((port) => ({ from, to: listener.group, port })),
      ),
      ...behind
        .filter((to) => !declared.some((way) => way.from === listener.group && way.to === to))
        .map((to) => ({ from: listener.group, to, port: null })),
    ].map((way) => ({ ...way, link: null, via: null }));
  });
  return [...declared, ...implied];
}

/** The longest way to each group. What no way leads to or from comes last. */
function ranksOf(groups: readonly string[], ways: readonly Way[]): Map<string, number> {
  const joined = new Set(ways.flatMap(({ from, to }) => [from, to]));
  const ranks = new Map(groups.map((group) => [group, 0]));
  // Ways that go round in a circle would push each other on for ever.
  for (let pass = 0; pass < groups.length; pass += 1) {
    for (const { from, to } of ways) {
      const next = (ranks.get(from) ?? 0) + 1;
      if (from !== to && next < groups.length) {
        ranks.set(to, Math.max(ranks.get(to) ?? 0, next));
      }
    }
  }
  const last = Math.max(0, ...ranks.values()) + 1;
  for (const group of groups) if (!joined.has(group)) ranks.set(group, last);
  return ranks;
}
