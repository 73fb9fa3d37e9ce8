import type { TopologyRule } from "../topology.ts";
import { claimedAddresses } from "./claimed-addresses.ts";
import { repeats } from "./repeats.ts";

/** Two nodes with one address answer in turns, at the whim of the neighbours' tables. */
export const uniqueAddresses: TopologyRule = (topology) => {
  const claimed = claimedAddresses(topology);
  return repeats(claimed.map(({ address }) => address)).map(({ index, first }) => ({
    path: claimed[index]?.path ?? [],
    message: `is taken by ${claimed[first]?.name} | Use a free address of ${topology.subnet}.`,
  }));
};
