import type { TopologyRule } from "../topology.ts";
import { claimedAddresses } from "./claimed-addresses.ts";

/** A floating address that a node has for itself could never float. */
export const virtualAddressFree: TopologyRule = (topology) => {
  const { virtualAddress } = topology;
  if (virtualAddress === undefined) return [];
  const owner = claimedAddresses(topology).find((one) => one.address === virtualAddress.address);
  if (owner === undefined) return [];
  return [
    {
      path: ["virtualAddress", "address"],
      message: `belongs to ${owner.name} | Use a free address of ${topology.subnet}, or leave the virtual address out.`,
    },
  ];
};
