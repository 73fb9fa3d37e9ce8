import { describe, expect, test } from "vitest";
import { InvalidDocument } from "../../../balancer/index.ts";
import { nodeSchema, parseTopology } from "../../../stacks/topology.ts";
import type { Topology, VirtualAddress } from "../../../stacks/topology.ts";
import { ALL_RULES } from "../../../stacks/validations/all-rules.ts";
import { node, validTopology } from "./valid-topology.ts";

type Editable = Topology & { virtualAddress: VirtualAddress };
type Change = (topology: Editable) => void;

/** The valid topology with every part there, so that a test can reach into it. */
function editable(): Editable {
  return parseTopology(validTopology()) as Editable;
}

function problemsOf(...changes: Change[]) {
  const topology = editable();
  for (const change of changes) change(topology);
  try {
    parseTopology(topology, ALL_RULES);
    return [];
  } catch (error) {
    if (error instanceof InvalidDocument) return error.problems;
    throw error;
  }
}

function at<T>(values: readonly T[] | undefined, index: number): T {
  const value = values?.[index];
  if (value === undefined) throw new Error(`nothing at ${index}`);
  return value;
}

/** One row a rule: what is wrong, how it is made, and what must be told. */
const ROWS: readonly (readonly [string, Change, { path: string; value: string; next: RegExp }])[] =
  [
    [
      "a subnet outside the benchmark networks",
      (t) => {
        const moved = JSON.parse(JSON.stringify(t).replaceAll("198.18.7.", "10.1.7.")) as typeof t;
        Object.assign(t, moved);
      },
      { path: "subnet", value: '"10.1.7.0/24"', next: /198\.18\.7\.0\/24/ },
    ],
    [
      "a subnet that is wider than the benchmark networks",
      (t) => {
        t.subnet = "198.18.0.0/14";
        t.nodes.forEach((one) => (one.prefixLength = 14));
      },
      { path: "subnet", value: '"198.18.0.0/14"', next: /198\.18\.7\.0\/24/ },
    ],
    [
      "a subnet written with host bits",
      (t) => (t.subnet = "198.18.7.9/24"),
      { path: "subnet", value: '"198.18.7.9/24"', next: /Write 198\.18\.7\.0\/24/ },
    ],
    [
      "a repeated node id",
      (t) => t.nodes.push(nodeSchema.parse(node("client", "client", "198.18.7.52"))),
      { path: "nodes[6].id", value: '"client"', next: /id of its own/ },
    ],
    [
      "a repeated listener id",
      (t) => t.listeners.push({ ...at(t.listeners, 0), port: 8081 }),
      { path: "listeners[1].id", value: '"web"', next: /id of its own/ },
    ],
    [
      "two nodes with one address",
      (t) => (at(t.nodes, 3).address = "198.18.7.21"),
      { path: "nodes[3].address", value: '"198.18.7.21"', next: /free address/ },
    ],
    [
      "a further address that a node has already",
      (t) => (at(t.nodes, 5).extraAddresses = ["198.18.7.41/24"]),
      { path: "nodes[5].extraAddresses[0]", value: '"198.18.7.41/24"', next: /free address/ },
    ],
    [
      "an address outside the subnet",
      (t) => (at(t.nodes, 5).address = "198.18.8.51"),
      {
        path: "nodes[5].address",
        value: '"198.18.8.51"',
        next: /198\.18\.7\.2 to 198\.18\.7\.254/,
      },
    ],
    ...["198.18.7.0", "198.18.7.1", "198.18.7.255"].map(
      (address) =>
        [
          `the reserved address ${address}`,
          (t: Editable) => {
            at(t.nodes, 5).address = address;
          },
          { path: "nodes[5].address", value: `"${address}"`, next: /198\.18\.7\.2 to/ },
        ] as const,
    ),
    [
      "a prefix length that is not the subnet's",
      (t) => (at(t.nodes, 5).prefixLength = 16),
      { path: "nodes[5].prefixLength", value: "16", next: /Use 24/ },
    ],
    [
      "a virtual address outside the subnet",
      (t) => (t.virtualAddress.address = "198.18.9.10"),
      { path: "virtualAddress.address", value: '"198.18.9.10"', next: /198\.18\.7\.2 to/ },
    ],
    [
      "a virtual address that a node has",
      (t) => (t.virtualAddress.address = "198.18.7.21"),
      { path: "virtualAddress.address", value: '"198.18.7.21"', next: /free address/ },
    ],
    [
      "a virtual address that is fixed on a node as well",
      (t) => (at(t.nodes, 0).extraAddresses = ["198.18.7.10/24"]),
      {
        path: "virtualAddress.address",
        value: '"198.18.7.10"',
        next: /leave the virtual address out/,
      },
    ],
    [
      "a virtual address owned by a backend",
      (t) => (at(t.virtualAddress.owners, 1).node = "app-1"),
      { path: "virtualAddress.owners[1].node", value: '"app-1"', next: /lb-a, lb-b/ },
    ],
    [
      "owners of equal priority",
      (t) => (at(t.virtualAddress.owners, 1).priority = 250),
      { path: "virtualAddress.owners[1].priority", value: "250", next: /of its own/ },
    ],
    [
      "an address that the engine gives to whatever joins the network",
      (t) => (at(t.nodes, 5).address = "198.18.7.200"),
      {
        path: "nodes[5].address",
        value: '"198.18.7.200"',
        next: /198\.18\.7\.2 to 198\.18\.7\.127/,
      },
    ],
    [
      "a virtual address that the engine gives to whatever joins the network",
      (t) => (t.virtualAddress.address = "198.18.7.128"),
      { path: "virtualAddress.address", value: '"198.18.7.128"', next: /to 198\.18\.7\.127/ },
    ],
    [
      "two listeners on one port",
      (t) => t.listeners.push({ ...at(t.listeners, 0), id: "other" }),
      { path: "listeners[1].port", value: "8080", next: /port of its own/ },
    ],
    [
      "two nodes behind one port of this machine",
      (t) => {
        at(t.nodes, 0).publishedPorts = [{ port: 8080, hostPort: 8088 }];
        at(t.nodes, 1).publishedPorts = [{ port: 8080, hostPort: 8088 }];
      },
      { path: "nodes[1].publishedPorts[0].hostPort", value: "8088", next: /Use another/ },
    ],
    [
      "a link to nowhere",
      (t) => Object.assign(at(t.links, 0), { id: "client--edge", to: "edge" }),
      { path: "links[0].to", value: '"edge"', next: /Use one of: lb, lb-a/ },
    ],
    [
      "a link whose id says something else",
      (t) => (at(t.links, 0).id = "client--app"),
      { path: "links[0].id", value: '"client--app"', next: /Write client--lb/ },
    ],
    [
      "a fault point on a node that is no fault proxy",
      (t) => (at(t.links, 1).via = { node: "client", listenPort: 9001 }),
      { path: "links[1].via.node", value: '"client"', next: /Use one of: faults/ },
    ],
    [
      "a fault point in front of several nodes",
      (t) => Object.assign(at(t.links, 1), { id: "lb--app", to: "app" }),
      { path: "links[1].to", value: '"app"', next: /app-1, app-2/ },
    ],
    [
      "two fault points on one port",
      (t) => (at(t.links, 2).via = { node: "faults", listenPort: 9001 }),
      { path: "links[2].via.listenPort", value: "9001", next: /port of its own on faults/ },
    ],
    [
      "a fault point on the proxy's own port",
      (t) => (at(t.links, 2).via = { node: "faults", listenPort: 8474 }),
      { path: "links[2].via.listenPort", value: "8474", next: /9001/ },
    ],
    [
      "a listener without its pool",
      (t) => (at(t.listeners, 0).pool = "api"),
      { path: "listeners[0].pool", value: '"api"', next: /Use one of: app/ },
    ],
    [
      "a listener on a group without balancers",
      (t) => (at(t.listeners, 0).group = "app"),
      { path: "listeners[0].group", value: '"app"', next: /Use one of: lb/ },
    ],
    [
      "a pool with a node that is no backend",
      (t) => (at(t.pools, 0).backends = ["app-1", "faults"]),
      { path: "pools[0].backends[1]", value: '"faults"', next: /app-1, app-2/ },
    ],
    [
      "a pool that names a backend twice",
      (t) => (at(t.pools, 0).backends = ["app-1", "app-1"]),
      { path: "pools[0].backends[1]", value: '"app-1"', next: /Remove it/ },
    ],
    [
      "a stop order with an unknown process",
      (t) => (at(t.nodes, 2).stopOrder = ["nginx"]),
      { path: "nodes[2].stopOrder[0]", value: '"nginx"', next: /Use one of/ },
    ],
    [
      "a process that waits for a later one",
      (t) => {
        const readiness = { kind: "started", deadlineMs: 1 } as const;
        const rest = { env: {}, readiness, onExit: { kind: "report" } } as const;
        at(t.nodes, 0).processes = [{ ...rest, argv: ["app"], name: "app", waitsFor: ["nginx"] }];
      },
      { path: "nodes[0].processes[0].waitsFor[0]", value: '"nginx"', next: /Use one of/ },
    ],
    [
      "a TCP check through a fault point",
      (t) => Object.assign(at(t.pools, 0).healthCheck ?? {}, { type: "tcp", path: "/readyz" }),
      { path: "pools[0].healthCheck.type", value: '"tcp"', next: /HTTP check/ },
    ],
  ];

describe("the rules over a topology", () => {
  test("have nothing against a TCP check through a fault point that expects an answer", () => {
    const found = problemsOf((t) =>
      Object.assign(at(t.pools, 0).healthCheck ?? {}, { type: "tcp", expectsAnswer: true }),
    );
    expect(found).toEqual([]);
  });

  test("have nothing against a valid one", () => {
    expect(problemsOf()).toEqual([]);
  });

  test.each(ROWS)("refuse %s, with its place, its value and the next step", (_, change, told) => {
    const found = problemsOf(change).filter(({ path }) => path === told.path);
    expect(found).not.toEqual([]);
    expect(found.map(({ value }) => value)).toContain(told.value);
    expect(found.map(({ next }) => next).join("\n")).toMatch(told.next);
    for (const problem of found) expect(problem.next).not.toBe("Correct the value.");
  });

  test("accept a TCP check of backends that are reached directly", () => {
    const direct: Change = (t) => {
      t.links.splice(1, 2, { id: "lb--app", from: "lb", to: "app", port: 8080 });
      Object.assign(at(t.pools, 0).healthCheck ?? {}, { type: "tcp", path: "/readyz" });
    };
    expect(problemsOf(direct)).toEqual([]);
  });

  test("accept an address that floats nowhere but is fixed on one node", () => {
    const fixed: Change = (t) => {
      delete (t as Partial<typeof t>).virtualAddress;
      at(t.nodes, 0).extraAddresses = ["198.18.7.10/24"];
    };
    expect(problemsOf(fixed)).toEqual([]);
  });

  test("tell everything that is wrong at once", () => {
    const independent = [
      "a repeated listener id",
      "an address outside the subnet",
      "a virtual address owned by a backend",
      "a link to nowhere",
      "two fault points on one port",
      "a listener without its pool",
      "a pool with a node that is no backend",
      "a stop order with an unknown process",
    ];
    const rows = ROWS.filter(([name]) => independent.includes(name));
    expect(rows).toHaveLength(independent.length);
    const paths = problemsOf(...rows.map(([, change]) => change)).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(rows.map(([, , told]) => told.path)));
  });

  test("each refuse something, so that none of them is idle", () => {
    const idle = ALL_RULES.filter((rule) =>
      ROWS.every(([, change]) => {
        const topology = editable();
        change(topology);
        return rule(parseTopology(topology)).length === 0;
      }),
    );
    expect(idle).toEqual([]);
  });
});

describe("a topology whose single fields are wrong too", () => {
  test("has the problems of its fields and of the rules told together, without their echoes", () => {
    const topology = editable();
    const [first, second] = topology.nodes;
    if (first === undefined || second === undefined) throw new Error("The flagship has nodes.");
    const input = {
      ...topology,
      subnet: "bad",
      nodes: topology.nodes.map((node, index) =>
        index === 0
          ? { ...node, address: second.address }
          : index === 2
            ? { ...node, role: "x" }
            : node,
      ),
      listeners: topology.listeners.map((listener) => ({ ...listener, pool: "elsewhere" })),
    };
    const found = problemsOfTopology(input);
    expect(found).toEqual(
      expect.arrayContaining(["subnet", "nodes[2].role", "nodes[1].address", "listeners[0].pool"]),
    );
    expect(found.filter((path) => path.includes("prefixLength"))).toEqual([]);
  });
});

function problemsOfTopology(input: unknown): string[] {
  try {
    parseTopology(input, ALL_RULES);
  } catch (error) {
    if (error instanceof InvalidDocument) return error.problems.map(({ path }) => path);
    throw error;
  }
  return [];
}
