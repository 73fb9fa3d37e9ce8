import { addressOfNumber, dynamicRangeOf, networkOf, numberOfAddress } from "../ipv4.ts";
import type { TopologyRule } from "../topology.ts";
import { claimedAddresses } from "./claimed-addresses.ts";

/**
 * An engine hands out addresses of the upper half of the network by itself, to whatever joins it:
 * what stands in the manifest must be elsewhere, the floating address above all.
 */
export const addressesOutsideDynamicRange: TopologyRule = (topology) => {
  const network = networkOf(topology.subnet);
  const range = dynamicRangeOf(network);
  const { virtualAddress } = topology;
  const claimed = [
    ...claimedAddresses(topology),
    ...(virtualAddress === undefined
      ? []
      : [{ address: virtualAddress.address, path: ["virtualAddress", "address"] }]),
  ];
  const free = `${addressOfNumber(network.first + 2)} to ${addressOfNumber(range.first - 1)}`;
  return claimed.flatMap(({ address, path }) => {
    const number = numberOfAddress(address);
    // Others are outside of the subnet, or its broadcast address, which another rule tells.
    if (number < range.first || number >= range.last) return [];
    return [
      { path, message: `may be given to another container by the engine | Use one of ${free}.` },
    ];
  });
};
