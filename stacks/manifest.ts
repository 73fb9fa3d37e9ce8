import { z } from "zod";
import { idSchema, InvalidDocument, problemsOf } from "../balancer/index.ts";

/**
 * The topology manifest: the one description of what runs. Constructs build it, the Terraform
 * resources are derived from it, the namespace environment runs it, the chaos engine attaches to it.
 * Plain data, so it travels as JSON.
 */

export const TOPOLOGY_SCHEMA = "evenkeel.topology/1";

/** The part a node plays. */
export const NODE_ROLES = [
  "balancer",
  "backend",
  "session-store",
  "fault-proxy",
  "client",
] as const;

const address = z.ipv4("is not an IPv4 address | Write one of the topology's subnet.");
const port = z.int().min(1).max(65_535);
const absolutePath = z.string().startsWith("/", "is not absolute | Begin the path with /.");
const milliseconds = z.number().min(0);

/**
 * How it is known that a process is ready. Every kind is tried inside the node until it holds or
 * `deadlineMs` has passed.
 */
const readinessSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("started"), deadlineMs: milliseconds }),
  z.strictObject({ kind: z.literal("tcp"), port, deadlineMs: milliseconds }),
  z.strictObject({
    kind: z.literal("http"),
    port,
    path: z.string().startsWith("/"),
    status: z.int(),
    deadlineMs: milliseconds,
  }),
  z.strictObject({
    kind: z.literal("http-socket"),
    socket: absolutePath,
    path: z.string().startsWith("/"),
    status: z.int(),
    deadlineMs: milliseconds,
  }),
  /** A line of the process's output matches this regular expression. */
  z.strictObject({ kind: z.literal("output"), pattern: z.string(), deadlineMs: milliseconds }),
]);

const livenessTiming = {
  /** From the beginning of a try to the beginning of the next. */
  intervalMs: z.number().min(10),
  timeoutMs: z.number().min(1),
  /** In a row. */
  failures: z.int().min(1),
};

/**
 * How it is known that a process which has been ready is still alive. Apart from readiness: one that
 * boots, or has no session store, is not ready, and starting it again would not help.
 */
const livenessSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("tcp"), port, ...livenessTiming }),
  z.strictObject({
    kind: z.literal("http"),
    port,
    path: z.string().startsWith("/"),
    status: z.int(),
    ...livenessTiming,
  }),
  z.strictObject({
    kind: z.literal("http-socket"),
    socket: absolutePath,
    path: z.string().startsWith("/"),
    status: z.int(),
    ...livenessTiming,
  }),
]);

const processSchema = z.strictObject({
  name: idSchema,
  /** The same in every environment: a program found on the node's PATH, and its arguments. */
  argv: z.array(z.string()).min(1),
  env: z.record(z.string(), z.string()).default({}),
  readiness: readinessSchema,
  /** By what the node agent finds it dead, kills it and starts it again; absent: it is left as it is. */
  liveness: livenessSchema.optional(),
  /** Names of the processes that must be ready before it starts; absent: all that stand before it. */
  waitsFor: z.array(idSchema).optional(),
  /** What the node agent does when it ends by itself. */
  onExit: z
    .discriminatedUnion("kind", [
      /** Tell it, nothing else. */
      z.strictObject({ kind: z.literal("report") }),
      /** Write this file: keepalived's track file, so that a dead balancer gives its address away. */
      z.strictObject({ kind: z.literal("write-file"), path: absolutePath, content: z.string() }),
      /** keepalived dead must mean that the floating address is gone. */
      z.strictObject({ kind: z.literal("remove-address"), address }),
    ])
    .default({ kind: "report" }),
});

const fileSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("file"),
    path: absolutePath,
    /** `{{interface}}` becomes the name of the interface that carries the node's address. */
    content: z.string(),
  }),
  z.strictObject({ kind: z.literal("fifo"), path: absolutePath }),
]);

/** One machine of the topology. */
export const nodeSchema = z.strictObject({
  id: idSchema,
  role: z.enum(NODE_ROLES),
  /** Nodes that stand for each other on links: `backends`. Equal to the id for a single node. */
  group: idSchema,
  address,
  /** Length of the subnet's prefix. */
  prefixLength: z.int().min(8).max(30),
  /** Further addresses, fixed for the node's life, as `198.18.7.5/24`. A floating address is not among them. */
  extraAddresses: z.array(z.cidrv4()).default([]),
  /** Addresses of the loopback interface, as `198.18.7.5/32`: taken and sent from, and not announced. Absent: none. */
  loopbackAddresses: z.array(z.cidrv4()).optional(),
  /** Linux capabilities beyond none, as `CAP_NET_ADMIN`. */
  capabilities: z.array(z.enum(["CAP_NET_ADMIN", "CAP_NET_RAW"])).default([]),
  /** Kernel settings of the node's network namespace. */
  sysctls: z.record(z.string(), z.string()).default({}),
  files: z.array(fileSchema).default([]),
  /** Those of the files that are nftables rulesets, loaded before any process starts; absent: none. */
  packetFilters: z.array(absolutePath).optional(),
  /** Each waits until those before it are ready, or those it names. Stopped in the order of `stopOrder`. */
  processes: z.array(processSchema).default([]),
  /** Names of the processes in the order in which SIGTERM reaches them, each after the former has ended. */
  stopOrder: z.array(idSchema).default([]),
  /** What must answer, tried from this node, before it counts as ready: a client's view of a listener. */
  reaches: z
    .array(
      z.strictObject({
        address,
        port,
        /** HTTP path; absent: a TCP handshake is enough. */
        path: z.string().startsWith("/").optional(),
        deadlineMs: milliseconds,
      }),
    )
    .default([]),
  /** Ports that 127.0.0.1 of the engine's machine leads to; absent: none. */
  publishedPorts: z.array(z.strictObject({ port, hostPort: port })).optional(),
  /** The container runs its image's own program, and no node agent; absent: the agent. */
  startedBy: z.literal("image").optional(),
  /** What the node agent watches and tells as events. */
  observe: z.array(z.enum(["addresses", "neighbours", "adverts"])).default([]),
});

/** A directed path between groups; through a fault point when `via` is there. */
const linkSchema = z.strictObject({
  /** `from--to`; also the name of its Toxiproxy proxy. */
  id: z.string().regex(/^[a-z][a-z0-9-]{0,30}--[a-z][a-z0-9-]{0,30}$/),
  from: idSchema,
  to: idSchema,
  /** The port served at the far end. */
  port,
  via: z.strictObject({ node: idSchema, listenPort: port }).optional(),
});

const poolSchema = z.strictObject({
  id: idSchema,
  policy: z.string(),
  healthCheck: z
    .strictObject({
      type: z.enum(["tcp", "http"]),
      path: z.string().optional(),
      /** A tcp check that wants an answer, not only a connection. */
      expectsAnswer: z.literal(true).optional(),
      intervalMs: milliseconds,
      /** Between two states; as `intervalMs` without one. */
      fastIntervalMs: milliseconds.optional(),
      /** While it is down; as `intervalMs` without one. */
      downIntervalMs: milliseconds.optional(),
      timeoutMs: milliseconds,
      rise: z.int().min(1),
      fall: z.int().min(1),
      jitter: z.number().min(0).max(0.5),
    })
    .optional(),
  holdMs: milliseconds.optional(),
  retryAttempts: z.int().min(0),
  /** Node ids. */
  backends: z.array(idSchema),
});

const virtualAddressSchema = z.strictObject({
  address,
  /** Nodes that may hold it, the one of highest priority first. */
  owners: z.array(z.strictObject({ node: idSchema, priority: z.int().min(1).max(254) })).min(1),
  vrrp: z.strictObject({
    routerId: z.int().min(1).max(255),
    advertIntervalMs: z.number().min(10).max(40_950),
    /** Adverts missed in a row after which the master counts as dead. Absent: keepalived's own 3. */
    downTimerAdverts: z.int().min(1).max(100).optional(),
    /** Whether a returning node of higher priority takes the address back. */
    preempt: z.boolean(),
  }),
});

export const topologySchema = z.strictObject({
  schema: z.literal(TOPOLOGY_SCHEMA),
  id: idSchema,
  /** IPv4 network in CIDR notation, from 198.18.0.0/15 (RFC 2544). */
  subnet: z.cidrv4("is not an IPv4 network | Write it like 198.18.7.0/24."),
  virtualAddress: virtualAddressSchema.optional(),
  nodes: z.array(nodeSchema).min(1),
  links: z.array(linkSchema).default([]),
  listeners: z
    .array(
      z.strictObject({
        id: idSchema,
        protocol: z.enum(["http", "tcp"]),
        port,
        pool: idSchema,
        /** Group of the balancers that serve it. */
        group: idSchema,
      }),
    )
    .default([]),
  pools: z.array(poolSchema).default([]),
});

export type Topology = z.output<typeof topologySchema>;
export type TopologyInput = z.input<typeof topologySchema>;
export type TopologyNode = Topology["nodes"][number];
export type NodeProcess = TopologyNode["processes"][number];
export type Readiness = NodeProcess["readiness"];
export type Liveness = NonNullable<NodeProcess["liveness"]>;
export type NodeFile = TopologyNode["files"][number];
export type Link = Topology["links"][number];
export type VirtualAddress = NonNullable<Topology["virtualAddress"]>;

/** A rule over a whole topology; returns its problems in zod's terms: message and path. */
export type TopologyRule = (
  topology: Topology,
) => readonly { readonly path: (string | number)[]; readonly message: string }[];

/**
 * A manifest, checked in its form and by every rule given, all problems reported at once.
 *
 * @throws InvalidDocument
 */
export function parseTopology(input: unknown, rules: readonly TopologyRule[] = []): Topology {
  const checked = topologySchema
    .superRefine(
      (topology, context) => {
        for (const rule of rules) {
          for (const problem of problemsBy(rule, topology, context.issues.length > 0)) {
            context.addIssue({ code: "custom", ...problem });
          }
        }
      },
      // Also when single fields are wrong: every problem is told at once.
      { when: () => true },
    )
    .safeParse(input);
  if (checked.success) return checked.data;
  throw new InvalidDocument("The topology", problemsOf(checked.error, input));
}

/** What a rule finds. A rule that stumbles over a topology without its proper form finds nothing. */
function problemsBy(
  rule: TopologyRule,
  topology: Topology,
  malformed: boolean,
): ReturnType<TopologyRule> {
  try {
    return rule(topology);
  } catch (error) {
    if (malformed) return [];
    throw error;
  }
}

/**
 * The node of that id.
 *
 * @throws RangeError that lists the known ids
 */
export function nodeOf(topology: Topology, id: string): TopologyNode {
  const found = topology.nodes.find((node) => node.id === id);
  if (found !== undefined) return found;
  const known = topology.nodes.map((node) => node.id).join(", ");
  throw new RangeError(`Topology ${topology.id} has no node "${id}". Its nodes are: ${known}.`);
}
