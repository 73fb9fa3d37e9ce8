import type { TopologyRule } from "../topology.ts";
import { repeats } from "./repeats.ts";

/** Ids tell nodes, links, listeners and pools apart. */
export const uniqueIds: TopologyRule = (topology) =>
  (["nodes", "links", "listeners", "pools"] as const).flatMap((kind) =>
    repeats(topology[kind].map(({ id }) => id)).map(({ index, first }) => ({
      path: [kind, index, "id"],
      message: `repeats the id of ${kind}[${first}] | Give each of the ${kind} an id of its own.`,
    })),
  );
