import type { Edge, TopologyGraph } from "./graph.ts";
import { ROW_GAP, type Box, type Layout } from "./layout.ts";

/** A point in pixels. */
interface Point {
  readonly x: number;
  readonly y: number;
}

/** How an edge is drawn. */
export interface Way {
  readonly edge: Edge;
  /** Path of the line with its head. */
  readonly path: string;
  /** On the line, about in its middle. */
  readonly middle: Point;
  /** Baseline of the label: of its last line where it stands above, else of its middle one. */
  readonly label: Point & {
    readonly anchor: "start" | "middle" | "end";
    readonly above: boolean;
    /** Room for one line only. */
    readonly flat: boolean;
  };
}

/** From a box to the first way around the others, and from one such way to the next. */
const LANE = { first: 12, next: 15 } as const;
/** Arrivals and departures of ways around others stand apart by this much. */
const APART = 9;
/** Ends that are closer to level than this count as level: the label stands clear of the line. */
const LEVEL = 12;
/** How near to a box a line may pass. */
const CLEARANCE = 4;
const SAMPLES = 24;

/** Room that so many ways around the boxes take at the side. */
export function roomForDetours(count: number): number {
  return count === 0 ? 0 : LANE.first + count * LANE.next;
}

/** The ways of all edges: straight on where nothing stands in between, else around. */
export function waysOf(graph: TopologyGraph, layout: Layout): { ways: Way[]; detours: number } {
  const boxOf = new Map(layout.boxes.map((box) => [box.key, box]));
  const ways: Way[] = [];
  let detours = 0;
  for (const edge of graph.edges) {
    const from = boxOf.get(edge.from);
    const to = boxOf.get(edge.to);
    if (from === undefined || to === undefined) continue;
    const direct = straight(edge, from, to, layout);
    if (direct === null) {
      ways.push(detour(edge, { from, to, layout, lane: detours }));
      detours += 1;
    } else {
      ways.push(direct);
    }
  }
  return { ways, detours };
}

/** Null when it would run backwards or behind another box. */
function straight(edge: Edge, from: Box, to: Box, layout: Layout): Way | null {
  const { downwards } = layout;
  const start = downwards
    ? { x: centre(from), y: from.y + from.height }
    : { x: from.x + from.width, y: from.y + from.height / 2 };
  const end = downwards ? { x: centre(to), y: to.y } : { x: to.x, y: to.y + to.height / 2 };
  if (downwards ? end.y <= start.y : end.x <= start.x) return null;
  const middle = { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 };
  const bends = downwards
    ? ([
        { x: start.x, y: middle.y },
        { x: end.x, y: middle.y },
      ] as const)
    : ([
        { x: middle.x, y: start.y },
        { x: middle.x, y: end.y },
      ] as const);
  const others = layout.boxes.filter((box) => box !== from && box !== to);
  for (let sample = 1; sample < SAMPLES; sample += 1) {
    const point = onCurve([start, ...bends, end], sample / SAMPLES);
    if (others.some((box) => isNear(box, point))) return null;
  }
  const isLevel = Math.abs(downwards ? end.x - start.x : end.y - start.y) < LEVEL;
  const tip = downwards ? { x: end.x, y: end.y - 2 } : { x: end.x - 2, y: end.y };
  return {
    edge,
    path: `M${start.x} ${start.y}C${bends[0].x} ${bends[0].y} ${bends[1].x} ${bends[1].y} ${tip.x} ${tip.y}${downwards ? headDown(end) : headRight(end)}`,
    middle,
    label: !isLevel
      ? { x: middle.x, y: middle.y + 4, anchor: "middle", above: false, flat: false }
      : downwards
        ? { x: middle.x + 12, y: middle.y + 4, anchor: "start", above: false, flat: false }
        : { x: middle.x, y: middle.y - 8, anchor: "middle", above: true, flat: false },
  };
}

/** Below all boxes, or at their right where requests run downwards. */
function detour(
  edge: Edge,
  place: {
    readonly from: Box;
    readonly to: Box;
    readonly layout: Layout;
    readonly lane: number;
  },
): Way {
  const { from, to, layout, lane } = place;
  const beside = LANE.first + lane * LANE.next;
  if (layout.downwards) {
    const x = Math.max(...layout.boxes.map((box) => box.x + box.width)) + beside;
    const start = { x: from.x + from.width, y: from.y + from.height / 2 + APART };
    const end = { x: to.x + to.width, y: to.y + to.height / 2 - APART };
    // Between two rows of boxes, where nothing else is so far out.
    const y = from.y + from.height + ROW_GAP / 2;
    return {
      edge,
      path: `M${start.x} ${start.y}H${x}V${end.y}H${end.x + 2}${headLeft(end)}`,
      middle: { x, y },
      label: { x: x - 7, y: y + 4, anchor: "end", above: false, flat: true },
    };
  }
  const y = layout.height + beside;
  const start = { x: centre(from) + APART, y: from.y + from.height };
  const end = { x: centre(to) - APART, y: to.y + to.height };
  const middle = { x: (start.x + end.x) / 2, y };
  return {
    edge,
    path: `M${start.x} ${start.y}V${y}H${end.x}V${end.y + 2}${headUp(end)}`,
    middle,
    label: { x: middle.x, y: y + 4, anchor: "middle", above: false, flat: true },
  };
}

function headDown({ x, y }: Point): string {
  return `M${x - 4} ${y - 8}L${x} ${y - 1}L${x + 4} ${y - 8}`;
}

function headRight({ x, y }: Point): string {
  return `M${x - 8} ${y - 4}L${x - 1} ${y}L${x - 8} ${y + 4}`;
}

function headLeft({ x, y }: Point): string {
  return `M${x + 8} ${y - 4}L${x + 1} ${y}L${x + 8} ${y + 4}`;
}

function headUp({ x, y }: Point): string {
  return `M${x - 4} ${y + 8}L${x} ${y + 1}L${x + 4} ${y + 8}`;
}

/** A point of a cubic Bézier curve. */
function onCurve(points: readonly [Point, Point, Point, Point], t: number): Point {
  const [a, b, c, d] = points;
  const weights = [(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t ** 2, t ** 3] as const;
  const mix = (axis: "x" | "y"): number =>
    a[axis] * weights[0] + b[axis] * weights[1] + c[axis] * weights[2] + d[axis] * weights[3];
  return { x: mix("x"), y: mix("y") };
}

function isNear(box: Box, { x, y }: Point): boolean {
  return (
    x > box.x - CLEARANCE &&
    x < box.x + box.width + CLEARANCE &&
    y > box.y - CLEARANCE &&
    y < box.y + box.height + CLEARANCE
  );
}

/** The middle of a box, from left to right. */
export function centre(box: Box): number {
  return box.x + box.width / 2;
}
