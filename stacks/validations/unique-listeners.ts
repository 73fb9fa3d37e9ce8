import type { TopologyRule } from "../topology.ts";
import { repeats } from "./repeats.ts";

/** Two listeners of the same balancers cannot accept on one port. */
export const uniqueListeners: TopologyRule = ({ listeners }) =>
  repeats(listeners.map(({ group, port }) => `${group}:${port}`)).map(({ index, first }) => ({
    path: ["listeners", index, "port"],
    message: `is that of listener ${listeners[first]?.id} | Use a port of its own.`,
  }));
