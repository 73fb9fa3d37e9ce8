import type { TopologyRule } from "../topology.ts";
import { repeats } from "./repeats.ts";

/** A port of 127.0.0.1 leads to one node. */
export const uniquePublishedPorts: TopologyRule = (topology) => {
  const published = topology.nodes.flatMap(({ id, publishedPorts = [] }, node) =>
    publishedPorts.map(({ hostPort }, index) => ({
      id,
      hostPort,
      path: ["nodes", node, "publishedPorts", index, "hostPort"],
    })),
  );
  return repeats(published.map(({ hostPort }) => hostPort)).map(({ index, first }) => ({
    path: published[index]?.path ?? [],
    message: `leads to ${published[first]?.id} already | Use another; of several nodes each takes one more.`,
  }));
};
