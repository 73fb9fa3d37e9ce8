import type { Topology } from "../../../stacks/topology.ts";
import { html, Markup, NOTHING } from "../html/markup.ts";
import { topologyGraph, type Edge } from "./graph.ts";
import {
  ADDRESS_HEIGHT,
  HEADING,
  addressesWidth,
  idWidth,
  LANE,
  layOut,
  NODE_HEIGHT,
  TEXT_INSET,
  type Box,
  type Layout,
} from "./layout.ts";

/** More ports than this on one way are not told one by one. */
const PORTS_TOLD = 3;
const LINE = 13;

/** What a drawing is made with. */
export interface DrawingOptions {
  /** Pixels. @default - as wide as it needs to be */
  readonly width?: number;
  /** Text of the value that a JSON pointer into the topology leads to, as `/nodes/0/id`. */
  readonly label: (pointer: string) => Markup;
  /** Ids of nodes and links to mark as hurt. @default none */
  readonly hurt?: ReadonlySet<string>;
}

/** A drawing without the element around it, so that a page and a file can each have their own. */
export interface Drawing {
  readonly body: Markup;
  readonly width: number;
  readonly height: number;
}

/**
 * The topology in the direction of a request: clients, balancers with the floating address,
 * backends, stores, and the fault points on the links they sit on. Left to right, or downwards when
 * it is to be narrow.
 */
export function drawTopology(topology: Topology, options: DrawingOptions): Drawing {
  const graph = topologyGraph(topology);
  const layout = layOut(topology, graph, options.width);
  const detours = graph.edges.filter((edge) => isDetour(edge, layout));
  const around = detours.length * LANE;
  const draw = (edge: Edge): Markup => {
    const from = layout.boxes.find(({ key }) => key === edge.from);
    const to = layout.boxes.find(({ key }) => key === edge.to);
    if (from === undefined || to === undefined) return NOTHING;
    const lane = detours.indexOf(edge);
    const way = lane < 0 ? straight(from, to, layout.downwards) : detour(from, to, layout, lane);
    return drawEdge(edge, way, options);
  };
  return {
    body: html`${graph.edges.map(draw)}${layout.boxes.map((box) => drawBox(topology, box, options))}`,
    width: layout.width,
    height: layout.height + (layout.downwards ? 4 : around + 4),
  };
}

/** A line with its head, the point in its middle, and where the lines of its label stand to that. */
interface Way {
  readonly line: string;
  readonly head: string;
  readonly x: number;
  readonly y: number;
  readonly label: "above" | "right" | "left";
}

function straight(from: Box, to: Box, downwards: boolean): Way {
  if (downwards) {
    const [x1, y1, x2, y2] = [centre(from), from.y + from.height, centre(to), to.y];
    const middle = (y1 + y2) / 2;
    return {
      line: `M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2 - 2}`,
      head: `M${x2 - 4} ${y2 - 8}L${x2} ${y2 - 1}L${x2 + 4} ${y2 - 8}`,
      x: (x1 + x2) / 2,
      y: middle,
      label: "right",
    };
  }
  const [x1, y1] = [from.x + from.width, from.y + from.height / 2];
  const [x2, y2] = [to.x, to.y + to.height / 2];
  const middle = (x1 + x2) / 2;
  return {
    line: `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2 - 2} ${y2}`,
    head: `M${x2 - 8} ${y2 - 4}L${x2 - 1} ${y2}L${x2 - 8} ${y2 + 4}`,
    x: middle,
    y: (y1 + y2) / 2,
    label: "above",
  };
}

/** Around the boxes in between: below them, or on their right where requests run downwards. */
function detour(from: Box, to: Box, layout: Layout, lane: number): Way {
  if (layout.downwards) {
    const right = Math.max(...layout.boxes.map((box) => box.x + box.width));
    const x = Math.min(layout.width - 3, right + 10 + lane * (LANE / 2));
    const [x1, y1] = [from.x + from.width, from.y + from.height / 2];
    const [x2, y2] = [to.x + to.width, to.y + to.height / 2];
    return {
      line: `M${x1} ${y1}H${x}V${y2}H${x2 + 2}`,
      head: `M${x2 + 8} ${y2 - 4}L${x2 + 1} ${y2}L${x2 + 8} ${y2 + 4}`,
      x,
      y: (y1 + y2) / 2,
      label: "left",
    };
  }
  const y = layout.height + LANE / 2 + lane * LANE;
  const [x1, y1] = [centre(from), from.y + from.height];
  const [x2, y2] = [centre(to), to.y + to.height];
  return {
    line: `M${x1} ${y1}V${y}H${x2}V${y2 + 2}`,
    head: `M${x2 - 4} ${y2 + 8}L${x2} ${y2 + 1}L${x2 + 4} ${y2 + 8}`,
    x: (x1 + x2) / 2,
    y,
    label: "above",
  };
}

/** Whether a straight line would run behind other boxes, or backwards. */
function isDetour(edge: Edge, { boxes }: Layout): boolean {
  const ranks = [...new Set(boxes.map(({ rank }) => rank))].toSorted((a, b) => a - b);
  const rankOf = (wanted: string): number =>
    ranks.indexOf(boxes.find(({ key }) => key === wanted)?.rank ?? 0);
  return rankOf(edge.to) - rankOf(edge.from) !== 1;
}

function drawEdge(edge: Edge, way: Way, options: DrawingOptions): Markup {
  const isHurt = edge.links.some((link) => options.hurt?.has(link) === true);
  const lines =
    edge.ports.length > PORTS_TOLD
      ? [html`several ports`]
      : edge.ports.map((pointer) => html`port ${options.label(pointer)}`);
  const [x, anchor] = ({ above: [0, "middle"], right: [12, "start"], left: [-7, "end"] } as const)[
    way.label
  ];
  const above = (lines.length - 1) * LINE;
  const top = way.label === "above" ? way.y - 8 - above : way.y + 4 - above / 2;
  return html`<path class="${isHurt ? "edge hurt" : "edge"}" d="${way.line + way.head}" />
    ${lines.map(
      (line, index) =>
        html`<text
          class="edge-label"
          x="${way.x + x}"
          y="${top + index * LINE}"
          text-anchor="${anchor}"
          >${line}</text
        >`,
    )}
    ${isHurt ? html`<path class="hurt-mark" d="${cross(way.x, way.y, 6)}" />` : null}`;
}

function drawBox(topology: Topology, box: Box, options: DrawingOptions): Markup {
  const { label } = options;
  const name = box.role.replace("-", " ");
  const offset = box.holdsAddress ? ADDRESS_HEIGHT : 0;
  return html`<rect
      class="${`group g-${box.role}`}"
      x="${box.x}"
      y="${box.y}"
      width="${box.width}"
      height="${box.height}"
      rx="8"
    />
    <text class="group-name" x="${box.x + 12}" y="${box.y + 17}"
      >${box.nodes.length > 1 ? `${name}s` : name}</text
    >
    ${
      box.holdsAddress
        ? html`<rect
              class="vip"
              x="${box.x + 8}"
              y="${box.y + HEADING + 1}"
              width="${box.width - 16}"
              height="22"
              rx="11"
            /><text
              class="vip-label"
              x="${centre(box)}"
              y="${box.y + HEADING + 16}"
              text-anchor="middle"
              >${label("/virtualAddress/address")}</text
            >`
        : null
    }
    ${box.nodes.map((position, index) =>
      drawNode(topology, box, box.y + HEADING + offset + index * NODE_HEIGHT, position, options),
    )}`;
}

function drawNode(
  topology: Topology,
  box: Box,
  y: number,
  position: number,
  { label, hurt }: DrawingOptions,
): Markup {
  const node = topology.nodes[position];
  if (node === undefined) return NOTHING;
  const isHurt = hurt?.has(node.id) === true;
  const at = `/nodes/${position}`;
  const room = box.width - TEXT_INSET;
  return html`<rect
      class="${isHurt ? "node hurt" : "node"}"
      x="${box.x + 8}"
      y="${y}"
      width="${box.width - 16}"
      height="${NODE_HEIGHT - 5}"
      rx="5"
    /><text class="node-name" x="${box.x + 17}" y="${y + 14}" ${squeeze(idWidth(node.id), room)}
      >${label(`${at}/id`)}</text
    ><text
      class="node-address"
      x="${box.x + 17}"
      y="${y + 27}"
      ${squeeze(addressesWidth(node), room)}
      >${label(`${at}/address`)}${node.extraAddresses.map((_, index) => html`, ${label(`${at}/extraAddresses/${index}`)}`)}</text
    >${isHurt ? html`<path class="hurt-mark" d="${cross(box.x + box.width - 22, y + (NODE_HEIGHT - 5) / 2, 5)}" />` : null}`;
}

/** What is longer than its box is drawn closer, not past the edge. */
function squeeze(width: number, room: number): Markup {
  if (width <= room) return NOTHING;
  return new Markup(`textLength="${room}" lengthAdjust="spacingAndGlyphs"`);
}

function centre(box: Box): number {
  return box.x + box.width / 2;
}

function cross(x: number, y: number, size: number): string {
  return `M${x - size} ${y - size}l${size * 2} ${size * 2}m${-size * 2} 0l${size * 2} ${-size * 2}`;
}
