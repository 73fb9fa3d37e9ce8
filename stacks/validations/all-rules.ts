import type { TopologyRule } from "../topology.ts";
import { addressesInSubnet } from "./addresses-in-subnet.ts";
import { addressesOutsideDynamicRange } from "./addresses-outside-dynamic-range.ts";
import { checksSeeThroughFaultPoints } from "./checks-see-through-fault-points.ts";
import { faultPointsOnProxies } from "./fault-points-on-proxies.ts";
import { linksNameNodes } from "./links-name-nodes.ts";
import { listenersNamePools } from "./listeners-name-pools.ts";
import { poolsNameBackends } from "./pools-name-backends.ts";
import { stopOrderNamesProcesses } from "./stop-order-names-processes.ts";
import { subnetForBenchmarks } from "./subnet-for-benchmarks.ts";
import { uniqueAddresses } from "./unique-addresses.ts";
import { uniqueIds } from "./unique-ids.ts";
import { uniqueListenPorts } from "./unique-listen-ports.ts";
import { uniqueListeners } from "./unique-listeners.ts";
import { uniquePublishedPorts } from "./unique-published-ports.ts";
import { virtualAddressFree } from "./virtual-address-free.ts";
import { virtualAddressOwners } from "./virtual-address-owners.ts";
import { waitsForEarlierProcesses } from "./waits-for-earlier-processes.ts";

/** Every rule over a whole topology; all of them are asked, and all that they find is told. */
export const ALL_RULES: readonly TopologyRule[] = [
  subnetForBenchmarks,
  uniqueIds,
  uniqueAddresses,
  addressesInSubnet,
  addressesOutsideDynamicRange,
  virtualAddressFree,
  virtualAddressOwners,
  linksNameNodes,
  faultPointsOnProxies,
  uniqueListenPorts,
  uniqueListeners,
  uniquePublishedPorts,
  listenersNamePools,
  poolsNameBackends,
  stopOrderNamesProcesses,
  checksSeeThroughFaultPoints,
  waitsForEarlierProcesses,
];
