import type { Problem } from "../../balancer/index.ts";
import type { Topology } from "../topology.ts";

/** A rule over two topologies that run on one engine at the same time; what is wrong with the first. */
export type NeighbourRule = (topology: Topology, neighbour: Topology) => readonly Problem[];
