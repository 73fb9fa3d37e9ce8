import type { Topology, TopologyNode } from "../../../stacks/topology.ts";
import type { Group, TopologyGraph } from "./graph.ts";

/** A group with its place, in pixels. */
export interface Box extends Group {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where everything stands. */
export interface Layout {
  readonly boxes: readonly Box[];
  /** Requests run left to right, or downwards where that is too wide. */
  readonly downwards: boolean;
  readonly width: number;
  readonly height: number;
}

/** Height of a node inside its box, of a box's heading, and of the floating address below it. */
export const NODE_HEIGHT = 38;
export const HEADING = 24;
export const ADDRESS_HEIGHT = 30;
/** Room between the edge of a box and the text of a node, on both sides together. */
export const TEXT_INSET = 36;
const BOTTOM = 4;
const MARGIN = 2;
const BOX_WIDTHS = { least: 130, most: 232 } as const;
/** Between two columns: room for "port 16379". */
const COLUMN_GAPS = { least: 60, most: 92 } as const;
/** Between two rows. */
export const ROW_GAP = 44;
/** Between boxes of one rank. */
const SIDE_GAP = 18;
/** Upper estimates of a character's width: ids at 12.5 px, addresses at 11 px. */
const ID_CHARACTER = 7.4;
const ADDRESS_CHARACTER = 6.3;

/**
 * Places the groups of a topology, rank by rank.
 *
 * @param room.width of the whole in pixels; undefined: as wide as it needs to be, left to right
 * @param room.aside what is left free of it at the right when requests run downwards. @default 0
 */
export function layOut(
  topology: Topology,
  graph: TopologyGraph,
  room: { readonly width?: number | undefined; readonly aside?: number } = {},
): Layout {
  const { width, aside = 0 } = room;
  const ranks = [...new Set(graph.groups.map(({ rank }) => rank))].toSorted((a, b) => a - b);
  const columns = ranks.map((rank) => graph.groups.filter((group) => group.rank === rank));
  const widths = columns.map((column) => Math.max(...column.map((one) => widthOf(topology, one))));
  const boxes = widths.reduce((sum, one) => sum + one, 0);
  const gaps = columns.length - 1;
  const needed = boxes + gaps * COLUMN_GAPS.least + 2 * MARGIN;
  if (width !== undefined && needed > width) return stack(topology, columns, { width, aside });
  const preferred = boxes + gaps * COLUMN_GAPS.most + 2 * MARGIN;
  const whole = width ?? preferred;
  const gap = gaps === 0 ? 0 : Math.min(COLUMN_GAPS.most, (whole - 2 * MARGIN - boxes) / gaps);
  return spread(topology, { columns, widths, gap, width: whole });
}

/** Columns side by side, each centred. */
function spread(
  topology: Topology,
  plan: {
    readonly columns: readonly (readonly Group[])[];
    readonly widths: readonly number[];
    readonly gap: number;
    readonly width: number;
  },
): Layout {
  const { columns, widths, gap, width } = plan;
  const used = widths.reduce((sum, one) => sum + one, 0) + gap * (columns.length - 1);
  const heights = columns.map((column) =>
    column.reduce((sum, group) => sum + heightOf(group) + SIDE_GAP, -SIDE_GAP),
  );
  const tallest = Math.max(0, ...heights);
  let x = (width - used) / 2;
  const boxes = columns.flatMap((column, index) => {
    let y = (tallest - (heights[index] ?? 0)) / 2 + MARGIN;
    const placed = column.map((group) => {
      const box = { ...group, x, y, width: widths[index] ?? 0, height: heightOf(group) };
      y += box.height + SIDE_GAP;
      return box;
    });
    x += (widths[index] ?? 0) + gap;
    return placed;
  });
  return { boxes, downwards: false, width, height: tallest + 2 * MARGIN };
}

/** Ranks below each other; the boxes of one rank side by side as far as they fit. */
function stack(
  topology: Topology,
  columns: readonly (readonly Group[])[],
  { width, aside }: { readonly width: number; readonly aside: number },
): Layout {
  const room = width - aside - 2 * MARGIN;
  const boxes: Box[] = [];
  let y = MARGIN;
  for (const column of columns) {
    for (const row of rowsOf(topology, column, room)) {
      const widths = row.map((group) => Math.min(room, widthOf(topology, group)));
      const used = widths.reduce((sum, one) => sum + one + SIDE_GAP, -SIDE_GAP);
      let x = (width - aside - used) / 2;
      for (const [index, group] of row.entries()) {
        boxes.push({ ...group, x, y, width: widths[index] ?? 0, height: heightOf(group) });
        x += (widths[index] ?? 0) + SIDE_GAP;
      }
      y += Math.max(...row.map(heightOf)) + ROW_GAP;
    }
  }
  return { boxes, downwards: true, width, height: Math.max(0, y - ROW_GAP) + MARGIN };
}

function rowsOf(topology: Topology, column: readonly Group[], room: number): Group[][] {
  const rows: Group[][] = [];
  let used = 0;
  for (const group of column) {
    const width = widthOf(topology, group) + SIDE_GAP;
    const row = rows.at(-1);
    if (row === undefined || used + width - SIDE_GAP > room) {
      rows.push([group]);
      used = width;
    } else {
      row.push(group);
      used += width;
    }
  }
  return rows;
}

function heightOf(group: Group): number {
  const address = group.holdsAddress ? ADDRESS_HEIGHT : 0;
  return HEADING + address + group.nodes.length * NODE_HEIGHT + BOTTOM;
}

/** As wide as its longest text, within limits. */
function widthOf(topology: Topology, group: Group): number {
  const texts = group.nodes.flatMap((position) => {
    const node = topology.nodes[position];
    if (node === undefined) return [];
    return [idWidth(node.id), addressesWidth(node)];
  });
  const least = Math.max(BOX_WIDTHS.least, ...texts.map((text) => text + TEXT_INSET));
  return Math.min(BOX_WIDTHS.most, least);
}

/** How wide an id is when drawn, at most. */
export function idWidth(id: string): number {
  return id.length * ID_CHARACTER;
}

/** How wide a node's addresses are when drawn, at most. */
export function addressesWidth(node: TopologyNode): number {
  return [node.address, ...node.extraAddresses].join(", ").length * ADDRESS_CHARACTER;
}
