import type { TopologyRule } from "../topology.ts";
import { repeats } from "./repeats.ts";

/** The port of Toxiproxy's own interface. */
const CONTROL_PORT = 8474;

/** Each fault point of a fault proxy listens on a port of its own. */
export const uniqueListenPorts: TopologyRule = (topology) => {
  const points = topology.links.flatMap(({ id, via }, index) =>
    via === undefined ? [] : [{ ...via, link: id, path: ["links", index, "via", "listenPort"] }],
  );
  const taken = repeats(points.map(({ node, listenPort }) => `${node}:${listenPort}`));
  return [
    ...taken.map(({ index, first }) => ({
      path: points[index]?.path ?? [],
      message: `is taken by ${points[first]?.path.slice(0, 2).join("[")}] | Use a port of its own on ${points[index]?.node}.`,
    })),
    ...points
      .filter(({ listenPort }) => listenPort === CONTROL_PORT)
      .map(({ path }) => ({
        path,
        message: "is the port of the fault proxy's own interface | Use another, such as 9001.",
      })),
  ];
};
