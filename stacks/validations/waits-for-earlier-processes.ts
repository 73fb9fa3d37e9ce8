import type { TopologyRule } from "../topology.ts";

/** A process waits only for processes that stand before it, so that none waits in a circle. */
export const waitsForEarlierProcesses: TopologyRule = (topology) =>
  topology.nodes.flatMap((node, index) =>
    node.processes.flatMap(({ waitsFor = [] }, place) => {
      const earlier = node.processes.slice(0, place).map(({ name }) => name);
      return waitsFor.flatMap((name, position) =>
        earlier.includes(name)
          ? []
          : [
              {
                path: ["nodes", index, "processes", place, "waitsFor", position],
                message: `names no process that stands before it | Use one of: ${earlier.join(", ") || "(it is the first)"}.`,
              },
            ],
      );
    }),
  );
