import type { Topology } from "../../../stacks/topology.ts";
import { html, NOTHING, type Markup } from "./markup.ts";
import type { Printer } from "./printer.ts";

const NODE_HEIGHT = 38;
const BOX_PADDING = 12;
const HEAD = 24;

const RANKS: Readonly<Record<string, number>> = {
  client: 0,
  balancer: 2,
  backend: 4,
  "session-store": 6,
  "fault-proxy": 5,
};

interface Group {
  readonly id: string;
  readonly role: string;
  readonly rank: number;
  readonly nodes: readonly number[];
  readonly holdsAddress: boolean;
}

interface Box extends Group {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Edge {
  readonly from: string;
  readonly to: string;
  /** Reference of the port at the far end. */
  readonly port: string | null;
  /** Id of the link, to mark the one that was hurt. */
  readonly link: string | null;
}

/**
 * The topology in the direction of a request: client, floating address and balancers, backends,
 * store, with the fault points on the links they sit on. Left to right, or downwards when narrow.
 */
export function topologyDrawing(print: Printer, width: number): Markup {
  const { topology, trials, faults } = print.run.record;
  const groups = groupsOf(topology);
  if (groups.length === 0) return NOTHING;
  const ranks = [...new Set(groups.map((group) => group.rank))].toSorted((a, b) => a - b);
  const columns = ranks.map((rank) => groups.filter((group) => group.rank === rank));
  const downwards = width < 500;
  const boxes = downwards ? stack(columns, width) : spread(columns, width);
  const height = Math.max(...boxes.map((box) => box.y + box.height)) + 6;
  const hurt = new Set([
    ...trials.flatMap((trial) => trial.faults.map((fault) => fault.target)),
    ...(faults.length === 0
      ? []
      : trials.flatMap((trial) => (trial.target === null ? [] : [trial.target]))),
  ]);

  return html`<svg
    class="topology"
    viewBox="${`0 0 ${width} ${height}`}"
    width="${width}"
    height="${height}"
    aria-hidden="true"
  >
    ${edgesOf(topology, groups).map((edge) => drawEdge(print, edge, boxes, downwards, hurt))}
    ${boxes.map((box) => drawBox(print, box, hurt))}
  </svg>`;
}

function groupsOf(topology: Topology): Group[] {
  const members = new Map<string, number[]>();
  for (const [position, node] of topology.nodes.entries()) {
    const group = members.get(node.group);
    if (group === undefined) members.set(node.group, [position]);
    else group.push(position);
  }
  const owners = new Set(topology.virtualAddress?.owners.map((owner) => owner.node));
  const rankOfRole = (group: string): number =>
    RANKS[topology.nodes.find((node) => node.group === group)?.role ?? ""] ?? 3;
  return [...members].map(([id, nodes]) => {
    const first = topology.nodes[nodes[0] ?? 0];
    const role = first?.role ?? "";
    const through = topology.links.filter((link) =>
      nodes.some((node) => topology.nodes[node]?.id === link.via?.node),
    );
    const between = through.at(-1);
    const rank =
      between === undefined
        ? (RANKS[role] ?? 3)
        : (rankOfRole(between.from) + rankOfRole(between.to)) / 2;
    return {
      id,
      role,
      rank,
      nodes,
      holdsAddress: nodes.some((node) => owners.has(topology.nodes[node]?.id ?? "")),
    };
  });
}

/** The declared links, cut in two at their fault point, and what listeners and pools imply. */
function edgesOf(topology: Topology, groups: readonly Group[]): Edge[] {
  const groupOfNode = (id: string): string =>
    topology.nodes.find((node) => node.id === id)?.group ?? id;
  const edges: Edge[] = [];
  const add = (edge: Edge): void => {
    const known = edges.some((one) => one.from === edge.from && one.to === edge.to);
    if (!known && edge.from !== edge.to) edges.push(edge);
  };
  for (const [position, link] of topology.links.entries()) {
    const [from, to] = [groupOfNode(link.from), groupOfNode(link.to)];
    const port = `/topology/links/${position}/port`;
    if (link.via === undefined) add({ from, to, port, link: link.id });
    else {
      const via = groupOfNode(link.via.node);
      add({ from, to: via, port: `/topology/links/${position}/via/listenPort`, link: link.id });
      add({ from: via, to, port, link: link.id });
    }
  }
  const clients = groups.filter((group) => group.role === "client");
  for (const [position, listener] of topology.listeners.entries()) {
    for (const client of clients) {
      if (edges.some((edge) => edge.from === client.id)) continue;
      add({
        from: client.id,
        to: listener.group,
        port: `/topology/listeners/${position}/port`,
        link: null,
      });
    }
    const pool = topology.pools.find((one) => one.id === listener.pool);
    const backends = groupOfNode(pool?.backends[0] ?? "");
    if (!edges.some((edge) => edge.from === listener.group)) {
      add({ from: listener.group, to: backends, port: null, link: null });
    }
  }
  return edges;
}

function heightOf(group: Group): number {
  return HEAD + group.nodes.length * NODE_HEIGHT + BOX_PADDING + (group.holdsAddress ? 30 : 0);
}

function spread(columns: readonly (readonly Group[])[], width: number): Box[] {
  const gap = 74;
  const boxWidth = Math.min(190, (width - 2 - gap * (columns.length - 1)) / columns.length);
  const used = columns.length * boxWidth + (columns.length - 1) * gap;
  const heights = columns.map((column) =>
    column.reduce((sum, group) => sum + heightOf(group) + 18, -18),
  );
  const tallest = Math.max(...heights);
  return columns.flatMap((column, index) => {
    let y = (tallest - (heights[index] ?? 0)) / 2 + 2;
    return column.map((group) => {
      const box = {
        ...group,
        x: (width - used) / 2 + index * (boxWidth + gap),
        y,
        width: boxWidth,
        height: heightOf(group),
      };
      y += box.height + 18;
      return box;
    });
  });
}

function stack(columns: readonly (readonly Group[])[], width: number): Box[] {
  const boxWidth = 210;
  let y = 2;
  return columns.flat().map((group) => {
    const box = {
      ...group,
      x: (width - boxWidth) / 2,
      y,
      width: boxWidth,
      height: heightOf(group),
    };
    y += box.height + 40;
    return box;
  });
}

function drawEdge(
  print: Printer,
  edge: Edge,
  boxes: readonly Box[],
  downwards: boolean,
  hurt: ReadonlySet<string>,
): Markup {
  const from = boxes.find((box) => box.id === edge.from);
  const to = boxes.find((box) => box.id === edge.to);
  if (from === undefined || to === undefined) return NOTHING;
  const [x1, y1] = downwards
    ? [from.x + from.width / 2, from.y + from.height]
    : [from.x + from.width, from.y + from.height / 2];
  const [x2, y2] = downwards ? [to.x + to.width / 2, to.y] : [to.x, to.y + to.height / 2];
  const bend = downwards
    ? `M${x1} ${y1}V${y2 - 2}`
    : `M${x1} ${y1}C${(x1 + x2) / 2} ${y1} ${(x1 + x2) / 2} ${y2} ${x2 - 2} ${y2}`;
  const head = downwards
    ? `M${x2 - 4} ${y2 - 8}L${x2} ${y2 - 1}L${x2 + 4} ${y2 - 8}`
    : `M${x2 - 8} ${y2 - 4}L${x2 - 1} ${y2}L${x2 - 8} ${y2 + 4}`;
  const isHurt = edge.link !== null && hurt.has(edge.link);
  const [lx, ly] = downwards ? [x1 + 10, (y1 + y2) / 2 + 4] : [(x1 + x2) / 2, (y1 + y2) / 2 - 8];
  return html`<path
      class="${isHurt ? "edge hurt" : "edge"}"
      d="${`${bend}${head}`}"
    />${edge.port === null ? null : html`<text class="edge-label" x="${lx}" y="${ly}" text-anchor="${downwards ? "start" : "middle"}">port ${print.svg.num(edge.port, "plain")}</text>`}${isHurt ? html`<path class="hurt-mark" d="${cross(downwards ? x1 : (x1 + x2) / 2, downwards ? (y1 + y2) / 2 : (y1 + y2) / 2, 6)}" />` : null}`;
}

function drawBox(print: Printer, box: Box, hurt: ReadonlySet<string>): Markup {
  const { topology } = print.run.record;
  const name = box.role.replace("-", " ");
  const offset = box.holdsAddress ? 30 : 0;
  return html`<rect
      class="${`group g-${box.role}`}"
      x="${box.x}"
      y="${box.y}"
      width="${box.width}"
      height="${box.height}"
      rx="8"
    />
    <text class="group-name" x="${box.x + 12}" y="${box.y + 17}"
      >${box.nodes.length > 1 && !name.endsWith("s") ? `${name}s` : name}</text
    >
    ${box.holdsAddress ? html`<rect class="vip" x="${box.x + 8}" y="${box.y + HEAD + 1}" width="${box.width - 16}" height="22" rx="11" /><text class="vip-label" x="${box.x + box.width / 2}" y="${box.y + HEAD + 16}" text-anchor="middle">${print.svg.text("/topology/virtualAddress/address")}</text>` : null}
    ${box.nodes.map((position, index) => {
      const y = box.y + HEAD + offset + index * NODE_HEIGHT;
      const isHurt = hurt.has(topology.nodes[position]?.id ?? "");
      return html`<rect
          class="${isHurt ? "node hurt" : "node"}"
          x="${box.x + 8}"
          y="${y}"
          width="${box.width - 16}"
          height="${NODE_HEIGHT - 5}"
          rx="5"
        /><text class="node-name" x="${box.x + 17}" y="${y + 14}"
          >${print.svg.text(`/topology/nodes/${position}/id`)}</text
        ><text class="node-address" x="${box.x + 17}" y="${y + 27}"
          >${print.svg.text(`/topology/nodes/${position}/address`)}</text
        >${isHurt ? html`<path class="hurt-mark" d="${cross(box.x + box.width - 22, y + (NODE_HEIGHT - 5) / 2, 5)}" />` : null}`;
    })}`;
}

function cross(x: number, y: number, size: number): string {
  return `M${x - size} ${y - size}l${size * 2} ${size * 2}m${-size * 2} 0l${size * 2} ${-size * 2}`;
}
