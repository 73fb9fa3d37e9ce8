import { describe, expect, test } from "vitest";
import { topologyGraph } from "../../../../chaos/report/topology/graph.ts";
import { layOut, type Box } from "../../../../chaos/report/topology/layout.ts";
import { activePassive } from "../../../../stacks/topologies/active-passive.ts";
import { fixtureTopology } from "../fixture.ts";

const topologies = {
  "active-passive": activePassive().topology,
  "with fault points before the backends": activePassive({ backendFaultPoints: true }).topology,
  "with two addresses on one node": activePassive({ failover: "none" }).topology,
  "of the reports' tests": fixtureTopology(),
};

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

describe.each(Object.entries(topologies))("the layout of a topology %s", (_, topology) => {
  const graph = topologyGraph(topology);

  test.each([undefined, 1060, 800, 376, 340])(
    "in a width of %s is inside it, without overlap",
    (width) => {
      const layout = layOut(topology, graph, { width });
      expect(layout.boxes).toHaveLength(graph.groups.length);
      for (const [index, box] of layout.boxes.entries()) {
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(layout.width);
        expect(box.y).toBeGreaterThanOrEqual(0);
        expect(box.y + box.height).toBeLessThanOrEqual(layout.height);
        for (const other of layout.boxes.slice(index + 1)) {
          expect(overlap(box, other), `${box.key} and ${other.key}`).toBe(false);
        }
      }
    },
  );

  test("runs left to right in the order of ranks when there is room", () => {
    const { boxes, downwards } = layOut(topology, graph);
    expect(downwards).toBe(false);
    for (const a of boxes)
      for (const b of boxes) if (a.rank < b.rank) expect(a.x + a.width).toBeLessThan(b.x);
  });

  test("runs downwards in the order of ranks when there is none", () => {
    const { boxes, downwards } = layOut(topology, graph, { width: 340 });
    expect(downwards).toBe(true);
    for (const a of boxes)
      for (const b of boxes) if (a.rank < b.rank) expect(a.y + a.height).toBeLessThan(b.y);
  });
});
