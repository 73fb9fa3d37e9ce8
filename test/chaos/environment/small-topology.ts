import { parseTopology, type Topology, type TopologyInput } from "../../../stacks/topology.ts";

/** Where the first and the second application of a node listen. */
export const PORTS = { web: 8080, other: 8081 } as const;

type NodeChange = Partial<TopologyInput["nodes"][number]>;
type ProcessInput = NonNullable<TopologyInput["nodes"][number]["processes"]>[number];

/** The sample application as a process of a node. */
function application(name: keyof typeof PORTS): ProcessInput {
  const port = PORTS[name];
  return {
    name,
    argv: ["evenkeel-backend", "--port", String(port)],
    readiness: { kind: "http", port, path: "/healthz", status: 200, deadlineMs: 15_000 },
  };
}

/**
 * The smallest topology that can be hurt in every way: a node with two applications, one whose
 * only process ignores SIGTERM beside its application, and a client that must reach both.
 */
export function smallTopology(app1: NodeChange = {}, client: NodeChange = {}): Topology {
  const common = { prefixLength: 24 };
  const nodes: TopologyInput["nodes"] = [
    {
      ...common,
      id: "app-1",
      role: "backend",
      group: "app",
      address: "198.18.7.21",
      processes: [application("web"), application("other")],
      ...app1,
    },
    {
      ...common,
      id: "app-2",
      role: "backend",
      group: "app",
      address: "198.18.7.22",
      processes: [
        application("web"),
        {
          name: "stubborn",
          argv: ["sh", "-c", "trap '' TERM; echo deaf; exec sleep 3600"],
          readiness: { kind: "output", pattern: "^deaf$", deadlineMs: 5_000 },
        },
      ],
    },
    {
      ...common,
      id: "client",
      role: "client",
      group: "client",
      address: "198.18.7.51",
      reaches: ["198.18.7.21", "198.18.7.22"].map((address) => ({
        address,
        port: PORTS.web,
        path: "/healthz",
        deadlineMs: 15_000,
      })),
      ...client,
    },
  ];
  return parseTopology({
    schema: "evenkeel.topology/1",
    id: "small",
    subnet: "198.18.7.0/24",
    nodes,
  });
}
