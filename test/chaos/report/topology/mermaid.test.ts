import { describe, expect, test } from "vitest";
import { topologyMermaid } from "../../../../chaos/report/topology/mermaid.ts";
import { activePassive } from "../../../../stacks/topologies/active-passive.ts";

describe("the Mermaid flowchart of a topology", () => {
  test("has a subgraph for each group and the ports between them", () => {
    expect(topologyMermaid(activePassive({ count: 2 }).topology).split("\n")).toEqual(
      expect.arrayContaining([
        "flowchart LR",
        expect.stringMatching(/^ {2}subgraph g\d\["balancers at 198\.18\.7\.10"\]$/),
        expect.stringMatching(/^ {4}g\dn1\["app-2<br\/>198\.18\.7\.22"\]$/),
        expect.stringMatching(/^ {2}g\d -->\|"port 9001"\| g\d$/),
      ]),
    );
  });

  test("opens and closes as many subgraphs, and joins only those", () => {
    const lines = topologyMermaid(activePassive({ backendFaultPoints: true }).topology).split("\n");
    const opened = lines.flatMap((line) => /^ {2}subgraph (g\d+)\[/.exec(line)?.[1] ?? []);
    expect(lines.filter((line) => line === "  end")).toHaveLength(opened.length);
    const joined = lines.flatMap((line) => /^ {2}(g\d+) -->.* (g\d+)$/.exec(line)?.slice(1) ?? []);
    expect(joined.length).toBeGreaterThan(0);
    for (const id of joined) expect(opened).toContain(id);
  });

  test("does not use an id as a word of Mermaid's", () => {
    const { topology } = activePassive();
    const [first, ...others] = topology.nodes;
    if (first === undefined) throw new RangeError("The topology has no nodes.");
    const named = { ...topology, nodes: [{ ...first, id: "end", group: "end" }, ...others] };
    expect(topologyMermaid(named)).toContain('["end<br/>');
  });
});
