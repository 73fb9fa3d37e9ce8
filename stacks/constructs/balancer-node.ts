import {
  DEFAULTS,
  handoverRules,
  keepalivedArgv,
  keepalivedConfig,
  parseDuration,
} from "../../balancer/index.ts";
import type { ConfigInput } from "../../balancer/index.ts";
import type { TopologyInput } from "../topology.ts";
import { atOnce } from "./at-once.ts";
import { checkBalancer } from "./balancer-check.ts";
import { mergedConfiguration } from "./configuration.ts";
import type { BalancerConfiguration } from "./configuration.ts";
import type { Duration } from "./duration.ts";
import type { Listener } from "./listener.ts";
import { READY_DEADLINE_MS } from "./node-reference.ts";

/** How a balancer node comes to the address that clients use. */
export type NodeFailover =
  | {
      readonly kind: "keepalived";
      readonly priority: number;
      readonly virtualAddress: string;
      /** Addresses of the other balancers. */
      readonly peers: readonly string[];
      readonly routerId: number;
      readonly advertIntervalMs: number;
      readonly downTimerAdverts?: number;
      readonly preempt: boolean;
      /** Whether requests that are open while the address moves are finished all the same. */
      readonly handover: "lossless" | "plain";
    }
  /** It has these from the beginning, and keeps them. */
  | { readonly kind: "fixed"; readonly addresses: readonly string[] };

/** One balancer of a topology. */
export interface BalancerNodeProps {
  readonly id: string;
  readonly address: string;
  readonly group: string;
  readonly prefixLength: number;
  readonly config: {
    readonly listeners: readonly Listener[];
    readonly timeouts: Readonly<Record<string, Duration | undefined>>;
    /** What is said beside the props; it wins. */
    readonly configuration: BalancerConfiguration | undefined;
  };
  readonly failover: NodeFailover;
}

type NodeInput = TopologyInput["nodes"][number];

const RUN = "/run/evenkeel";
const CONFIG_PATH = `${RUN}/balancer.json`;
const ADMIN_SOCKET = `${RUN}/admin.sock`;
const KEEPALIVED_PATH = `${RUN}/keepalived.conf`;
const TRACK_FILE = `${RUN}/vrrp.track`;
const NOTIFY_FIFO = `${RUN}/vrrp.fifo`;
const HANDOVER_PATH = `${RUN}/handover.nft`;
/** Time in which clients learn where the address has gone; until then they still come to the old node. */
const LAME_DUCK = "1s";
/** Of a handover's window, beyond what the balancer is given to finish. */
const WINDOW_MARGIN_MS = 5_000;

/**
 * A node that runs the balancer, and keepalived beside it when the address floats.
 *
 * @throws InvalidDocument with all that the balancer and keepalived would refuse
 */
export function balancerNode(props: BalancerNodeProps): NodeInput {
  const { group, address, config, failover } = props;
  const more = failover.kind === "keepalived" ? [failover.virtualAddress] : failover.addresses;
  const [, node] = atOnce([
    () =>
      checkBalancer({
        group,
        config: balancerConfig(props),
        beside: config.configuration,
        addresses: [address, ...more],
      }),
    () => declaredNode(props),
  ]);
  return node;
}

function declaredNode(props: BalancerNodeProps): NodeInput {
  const { failover } = props;
  const config = `${JSON.stringify(balancerConfig(props), null, 2)}\n`;
  const node: NodeInput = {
    id: props.id,
    role: "balancer",
    group: props.group,
    address: props.address,
    prefixLength: props.prefixLength,
    files: [{ kind: "file", path: CONFIG_PATH, content: config }],
    processes: [
      {
        name: "balancer",
        argv: ["evenkeel-balancer", "--config", CONFIG_PATH],
        readiness: {
          kind: "http-socket",
          socket: ADMIN_SOCKET,
          path: "/readyz",
          status: 200,
          deadlineMs: READY_DEADLINE_MS,
        },
        // A balancer that is gone cannot say so itself; keepalived must hear it at once.
        ...(failover.kind === "keepalived"
          ? { onExit: { kind: "write-file", path: TRACK_FILE, content: "1" } }
          : {}),
      },
    ],
    stopOrder: ["balancer"],
    observe: ["addresses"],
  };
  if (failover.kind === "fixed") {
    const extra = failover.addresses.map((address) => `${address}/${props.prefixLength}`);
    // The node agent adds them, in a container too.
    const capabilities = extra.length === 0 ? [] : (["CAP_NET_ADMIN"] as const);
    return { ...node, extraAddresses: extra, capabilities: [...capabilities] };
  }
  const floating = withKeepalived(node, props, failover);
  return failover.handover === "lossless"
    ? withLosslessHandover(floating, props, failover)
    : floating;
}

type Floating = Extract<NodeFailover, { kind: "keepalived" }>;

function withKeepalived(node: NodeInput, props: BalancerNodeProps, failover: Floating): NodeInput {
  const { kind: _, handover: __, virtualAddress, ...vrrp } = failover;
  const content = keepalivedConfig({
    nodeId: props.id,
    address: props.address,
    ...vrrp,
    virtualAddress: { address: virtualAddress, prefixLength: props.prefixLength },
    trackFile: TRACK_FILE,
    notifyFifo: NOTIFY_FIFO,
  });
  return {
    ...node,
    capabilities: ["CAP_NET_ADMIN", "CAP_NET_RAW"],
    files: [
      ...(node.files ?? []),
      { kind: "file", path: KEEPALIVED_PATH, content },
      { kind: "fifo", path: NOTIFY_FIFO },
    ],
    processes: [
      ...(node.processes ?? []),
      {
        name: "keepalived",
        argv: keepalivedArgv(KEEPALIVED_PATH),
        // Where it writes its state when asked; the rest of the file system may be read-only.
        env: { TMPDIR: RUN },
        readiness: {
          kind: "output",
          pattern: "Startup complete",
          deadlineMs: READY_DEADLINE_MS,
        },
        // keepalived leaves the address behind when it is killed, while the peer takes it.
        // It starts in FAULT and waits for the balancer's word, so that both may start at once and
        // the election begins the moment the balancer is ready.
        waitsFor: [],
        onExit: { kind: "remove-address", address: virtualAddress },
      },
    ],
    // The balancer first, although the address must go before it drains: it gives the address away
    // itself, by the track file, which takes milliseconds, and drains once keepalived tells FAULT.
    // keepalived first would make it wait a second for keepalived's end with the address gone.
    stopOrder: ["balancer", "keepalived"],
    observe: ["addresses", "adverts"],
  };
}

/**
 * A node that goes on serving what it has open after the address has moved away from it, and whose
 * kernel passes on to the peer what the peer has open.
 */
function withLosslessHandover(
  node: NodeInput,
  props: BalancerNodeProps,
  { virtualAddress, peers: [peer = ""], priority, preempt }: Floating,
): NodeInput {
  const { lameDuck = DEFAULTS.timeouts.lameDuck, drain = DEFAULTS.timeouts.drain } =
    balancerConfig(props).timeouts ?? {};
  const openMs = (parseDuration(lameDuck) ?? 0) + (parseDuration(drain) ?? 0);
  const windowMs = openMs + WINDOW_MARGIN_MS;
  const content = handoverRules({ virtualAddress, peer, priority, preempt, windowMs });
  return {
    ...node,
    // It has the address when it is not the owner as well, and must not say so to who asks.
    loopbackAddresses: [`${virtualAddress}/32`],
    sysctls: { "net.ipv4.conf.all.arp_ignore": "1", "net.ipv4.conf.all.arp_announce": "2" },
    files: [...(node.files ?? []), { kind: "file", path: HANDOVER_PATH, content }],
    packetFilters: [HANDOVER_PATH],
  };
}

/** The configuration of one balancer, unchecked. */
export function balancerConfig({
  config,
  failover,
}: Pick<BalancerNodeProps, "config" | "failover">): ConfigInput {
  const parts = config.listeners.map((listener) => listener.toConfig());
  const pools = new Map(parts.flatMap((part) => part.pools).map((pool) => [pool.id, pool]));
  const lossless = failover.kind === "keepalived" && failover.handover === "lossless";
  const timeouts: Record<string, string> = lossless ? { lameDuck: LAME_DUCK } : {};
  for (const [name, time] of Object.entries(config.timeouts)) {
    if (time !== undefined) timeouts[name] = time.toString();
  }
  const given: Pick<ConfigInput, "admin" | "failover"> = {
    admin: { socket: ADMIN_SOCKET },
    ...(failover.kind === "keepalived"
      ? { failover: { trackFile: TRACK_FILE, notifyFifo: NOTIFY_FIFO } }
      : {}),
  };
  const common: Omit<ConfigInput, "listeners" | "pools"> = {
    timeouts,
    ...given,
    telemetry: { accessLog: `${RUN}/log/access.ndjson` },
  };
  return {
    listeners: parts.flatMap((part) => part.listeners),
    pools: [...pools.values()],
    ...mergedConfiguration(common, config.configuration),
    ...given,
  };
}
