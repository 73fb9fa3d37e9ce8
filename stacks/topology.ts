/** What experiments may know of stacks: the manifest, how containers carry it, and leases. */
export { IMAGE_NAMES } from "./image-names.ts";
export { LABELS, topologyFromLabels, topologyLabels, type LabelledContainer } from "./labels.ts";
export {
  bootIdOfThisMachine,
  LEASE_SCHEMA,
  leasePath,
  leasesIn,
  leaseSchema,
  leaseState,
  type Lease,
} from "./live-lease.ts";
export {
  NODE_ROLES,
  nodeOf,
  nodeSchema,
  parseTopology,
  TOPOLOGY_SCHEMA,
  topologySchema,
  type Link,
  type NodeFile,
  type NodeProcess,
  type Liveness,
  type Readiness,
  type Topology,
  type TopologyInput,
  type TopologyNode,
  type TopologyRule,
  type VirtualAddress,
} from "./manifest.ts";
