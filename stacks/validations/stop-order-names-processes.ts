import type { TopologyRule } from "../topology.ts";
import { repeats } from "./repeats.ts";

/** A planned stop reaches every process of a node, each once. */
export const stopOrderNamesProcesses: TopologyRule = (topology) =>
  topology.nodes.flatMap((node, index) => {
    const names = node.processes.map(({ name }) => name);
    const path = ["nodes", index, "stopOrder"];
    const missing = names.filter((name) => !node.stopOrder.includes(name));
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
      ...(missing.length === 0
        ? []
        : [{ path, message: `leaves ${missing.join(", ")} running | Add what is missing.` }]),
    ];
  });
