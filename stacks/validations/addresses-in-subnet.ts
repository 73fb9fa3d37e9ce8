import { addressOfNumber, networkOf, numberOfAddress } from "../ipv4.ts";
import type { TopologyRule } from "../topology.ts";
import { claimedAddresses, type ClaimedAddress } from "./claimed-addresses.ts";

/**
 * Every address is a usable one of the subnet. Its first one is the gateway of a container
 * network, and a topology runs as it is in both environments.
 */
export const addressesInSubnet: TopologyRule = (topology) => {
  const network = networkOf(topology.subnet);
  const virtual: ClaimedAddress[] =
    topology.virtualAddress === undefined
      ? []
      : [
          {
            address: topology.virtualAddress.address,
            path: ["virtualAddress", "address"],
            name: "the virtual address",
          },
        ];
  const range = `${addressOfNumber(network.first + 2)} to ${addressOfNumber(network.last - 1)}`;
  const outside = [...claimedAddresses(topology), ...virtual].flatMap(({ address, path }) => {
    const number = numberOfAddress(address);
    if (number < network.first || number > network.last) {
      return [{ path, message: `lies outside ${topology.subnet} | Use one of ${range}.` }];
    }
    if (number < network.first + 2 || number === network.last) {
      return [
        {
          path,
          message: `is the network's, its gateway's or its broadcast's | Use one of ${range}.`,
        },
      ];
    }
    return [];
  });
  const lengths = topology.nodes.flatMap((node, index) =>
    node.prefixLength === network.prefixLength
      ? []
      : [
          {
            path: ["nodes", index, "prefixLength"],
            message: `is not that of ${topology.subnet} | Use ${network.prefixLength}.`,
          },
        ],
  );
  return [...outside, ...lengths];
};
