import type { TopologyRule } from "../topology.ts";
import { repeats } from "./repeats.ts";

/** The order of a planned stop names processes of the node, each once. */
export const stopOrderNamesProcesses: TopologyRule = (topology) =>
  topology.nodes.flatMap((node, index) => {
    const names = node.processes.map(({ name }) => name);
    const path = ["nodes", index, "stopOrder"];
    return [
      ...node.stopOrder.flatMap((name, place) =>
        names.includes(name)
          ? []
          : [
              {
                path: [...path, place],
                message: `names no process of ${node.id} | Use one of: ${names.join(", ") || "(none declared)"}.`,
              },
            ],
      ),
      ...repeats(node.stopOrder).map((repeat) => ({
        path: [...path, repeat.index],
        message: "is stopped already | Remove it.",
      })),
    ];
  });
