import type { TopologyInput } from "../../../stacks/topology.ts";
import { TOPOLOGY_SCHEMA } from "../../../stacks/topology.ts";

type NodeInput = TopologyInput["nodes"][number];

/** A node with nothing on it. */
export function node(id: string, role: NodeInput["role"], address: string, group = id): NodeInput {
  return { id, role, group, address, prefixLength: 24 };
}

/** A small topology that no rule has anything against; tests change one thing of it. */
export function validTopology(): TopologyInput {
  return {
    schema: TOPOLOGY_SCHEMA,
    id: "small",
    subnet: "198.18.7.0/24",
    virtualAddress: {
      address: "198.18.7.10",
      owners: [
        { node: "lb-a", priority: 250 },
        { node: "lb-b", priority: 240 },
      ],
      vrrp: { routerId: 51, advertIntervalMs: 100, preempt: false },
    },
    nodes: [
      node("lb-a", "balancer", "198.18.7.11", "lb"),
      node("lb-b", "balancer", "198.18.7.12", "lb"),
      node("app-1", "backend", "198.18.7.21", "app"),
      node("app-2", "backend", "198.18.7.22", "app"),
      node("faults", "fault-proxy", "198.18.7.41"),
      node("client", "client", "198.18.7.51"),
    ],
    links: [
      { id: "client--lb", from: "client", to: "lb", port: 8080 },
      {
        id: "lb--app-1",
        from: "lb",
        to: "app-1",
        port: 8080,
        via: { node: "faults", listenPort: 9001 },
      },
      {
        id: "lb--app-2",
        from: "lb",
        to: "app-2",
        port: 8080,
        via: { node: "faults", listenPort: 9002 },
      },
    ],
    listeners: [{ id: "web", protocol: "http", port: 8080, pool: "app", group: "lb" }],
    pools: [
      {
        id: "app",
        policy: "round-robin",
        healthCheck: {
          type: "http",
          path: "/readyz",
          intervalMs: 200,
          timeoutMs: 100,
          rise: 2,
          fall: 3,
          jitter: 0.1,
        },
        retryAttempts: 1,
        backends: ["app-1", "app-2"],
      },
    ],
  };
}
