import { describe, expect, test } from "vitest";
import { topologySvg } from "../../../../chaos/report/topology/svg-file.ts";
import { activePassive } from "../../../../stacks/topologies/active-passive.ts";

const { topology } = activePassive();
const svg = topologySvg(topology);

describe("the SVG file of a topology", () => {
  test("names every node, its address, the floating address and every port", () => {
    const shown = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text/g)].map(([, text]) => text?.trim());
    for (const { id, address } of topology.nodes) {
      expect(shown).toContain(id);
      expect(shown).toContain(address);
    }
    expect(shown).toContain("198.18.7.10");
    expect(shown).toEqual(expect.arrayContaining(["port 8080", "port 9001", "port 6379"]));
  });

  test("is a document of its own that asks for nothing else", () => {
    expect(svg).toMatch(/^<svg\s+xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg.match(/https?:/g)).toHaveLength(1);
    expect(svg).not.toMatch(/<script|url\(|@import|href=/);
  });

  test("closes every element that it opens", () => {
    const open: string[] = [];
    for (const [, end, tag = "", empty] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
      if (end === "/") expect(open.pop()).toBe(tag);
      else if (empty !== "/") open.push(tag);
    }
    expect(open).toEqual([]);
  });

  test("has colours for light and dark, and no variables, which only browsers know", () => {
    expect(svg).toContain("@media (prefers-color-scheme: dark)");
    expect(svg).not.toContain("var(--");
    expect(svg).not.toContain("--");
  });

  test("tells those who do not see it what there is", () => {
    expect(svg).toContain("<title>Topology active-passive</title>");
    expect(svg).toContain("lb-a, balancer, 198.18.7.11");
  });

  test("is as wide as it is asked to be", () => {
    expect(topologySvg(topology, { width: 400 })).toMatch(/width="400"/);
    expect(topologySvg(topology, { width: 1280 })).toMatch(/width="1280"/);
  });
});
