import type { Topology } from "../../../stacks/topology.ts";
import { html, Markup, NOTHING } from "../html/markup.ts";
import { descend } from "../reference.ts";
import { topologyGraph } from "./graph.ts";
import {
  ADDRESS_HEIGHT,
  HEADING,
  addressesWidth,
  idWidth,
  layOut,
  NODE_HEIGHT,
  TEXT_INSET,
  type Box,
} from "./layout.ts";
import { centre, roomForDetours, waysOf, type Way } from "./ways.ts";

/** More ports than this on one way are not told one by one. */
const PORTS_TOLD = 3;
/** Height of a line of a label, and an upper estimate of how wide a character of it is. */
const LINE = 13;
const LABEL_CHARACTER = 6;

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
  const { width } = options;
  let layout = layOut(topology, graph, { width });
  let { ways, detours } = waysOf(graph, layout);
  // Downwards, ways around the boxes need room at the side, which is theirs in a second layout.
  if (layout.downwards && detours > 0) {
    layout = layOut(topology, graph, { width, aside: roomForDetours(detours) });
    ({ ways, detours } = waysOf(graph, layout));
  }
  const around = roomForDetours(detours);
  const right = Math.max(0, ...layout.boxes.map((box) => box.x + box.width));
  return {
    // Labels over lines, and boxes over both.
    body: html`${ways.map((way) => drawLine(way, options))}${ways.map((way) => drawLabel(topology, way, options))}${layout.boxes.map((box) => drawBox(topology, box, options))}`,
    width: layout.downwards ? Math.max(layout.width, right + around) : layout.width,
    height: layout.height + (layout.downwards ? 0 : around) + 4,
  };
}

function isHurtBy({ edge }: Way, { hurt }: DrawingOptions): boolean {
  return edge.links.some((link) => hurt?.has(link) === true);
}

function drawLine(way: Way, options: DrawingOptions): Markup {
  const { x, y } = way.middle;
  const isHurt = isHurtBy(way, options);
  return html`<path
      class="${isHurt ? "edge hurt" : "edge"}"
      d="${way.path}"
    />${isHurt ? html`<path class="hurt-mark" d="${cross(x, y, 6)}" />` : null}`;
}

function drawLabel(topology: Topology, way: Way, options: DrawingOptions): Markup {
  const { ports } = way.edge;
  const { x, y, anchor, above, flat } = way.label;
  const lines = labelLines(ports, flat);
  // A label on the line gives way to the cross there.
  const aside = anchor === "middle" && !above && isHurtBy(way, options) ? 14 : 0;
  const height = (lines.length - 1) * LINE;
  const top = (above ? y - height : y - height / 2) - aside;
  return html`${lines.map((pointers, index) => {
    const length = pointers.map((one) => String(descend(topology, one))).join(", ").length;
    const width = (length + "port ".length) * LABEL_CHARACTER;
    const baseline = top + index * LINE;
    const ground =
      anchor === "middle" && !above
        ? html`<rect
            class="edge-ground"
            x="${x - width / 2}"
            y="${baseline - 10}"
            width="${width}"
            height="${LINE}"
          />`
        : null;
    return html`${ground}<text class="edge-label" x="${x}" y="${baseline}" text-anchor="${anchor}"
        >${pointers.length === 0 ? "several ports" : html`port ${pointers.map((pointer, index) => html`${index === 0 ? "" : ", "}${options.label(pointer)}`)}`}</text
      >`;
  })}`;
}

/** The ports that each line of a label names; an empty line says that there are several. */
function labelLines(ports: readonly string[], flat: boolean): (readonly string[])[] {
  if (ports.length === 0) return [];
  if (ports.length > PORTS_TOLD) return [[]];
  return flat ? [ports] : ports.map((port) => [port]);
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

function cross(x: number, y: number, size: number): string {
  return `M${x - size} ${y - size}l${size * 2} ${size * 2}m${-size * 2} 0l${size * 2} ${-size * 2}`;
}
