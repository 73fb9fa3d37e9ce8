import { z } from "zod";
import { idSchema } from "../config-fields.ts";
import { InvalidDocument, problemsOf } from "../errors.ts";

/**
 * What one balancer of a keepalived pair is to be told. Addresses are IPv4: the pair speaks VRRP
 * version 3 over unicast, which is explicit and survives networks without multicast.
 */
export interface KeepalivedInput {
  /** Id of the node, for keepalived's logs. */
  readonly nodeId: string;
  /**
   * 1 to 254. High and adjacent ones (250, 240) hand over fastest: a graceful handover lasts
   * (256 − priority of the backup) / 256 advert intervals.
   */
  readonly priority: number;
  /** Address of this node. */
  readonly address: string;
  /** Addresses of the other balancers. */
  readonly peers: readonly string[];
  /** The floating address. */
  readonly virtualAddress: { readonly address: string; readonly prefixLength: number };
  /** 10 to 40,950, in whole centiseconds: the field on the wire has 12 bits of them. */
  readonly advertIntervalMs: number;
  /** Adverts missed in a row after which the master counts as dead, 1 to 100. @default 3, keepalived's own */
  readonly downTimerAdverts?: number;
  /** 1 to 255, unique in the layer-2 network. */
  readonly routerId: number;
  /** Whether a returning node of higher priority takes the address back. */
  readonly preempt: boolean;
  /** File in which the balancer tells its health: `0` healthy, anything else not. */
  readonly trackFile: string;
  /** Named pipe on which keepalived tells its state. */
  readonly notifyFifo: string;
}

/** Stands for the name of the interface that carries the node's address; the node knows it. */
const INTERFACE = "{{interface}}";

const address = z.ipv4("is not an IPv4 address | Write it like 198.18.7.10.");
// The path stands between quotes in a file of lines, so that quotes and line feeds are no part of it.
const path = z
  .string()
  .regex(
    /^\/[A-Za-z0-9._/-]+$/,
    "is not a plain absolute path | Begin with / and use letters, digits, dots, hyphens and slashes.",
  );

const inputSchema = z
  .strictObject({
    nodeId: idSchema,
    priority: z.int().min(1).max(254),
    address,
    peers: z.array(address).min(1),
    virtualAddress: z.strictObject({ address, prefixLength: z.int().min(8).max(32) }),
    advertIntervalMs: z
      .number()
      .min(10)
      .max(40_950)
      .multipleOf(10, "is not in whole centiseconds | Use a multiple of 10 ms."),
    downTimerAdverts: z.int().min(1).max(100).optional(),
    routerId: z.int().min(1).max(255),
    preempt: z.boolean(),
    trackFile: path,
    notifyFifo: path,
  })
  .superRefine((input, context) => {
    input.peers.forEach((peer, index) => {
      if (peer !== input.address && input.peers.indexOf(peer) === index) return;
      context.addIssue({
        code: "custom",
        path: ["peers", index],
        message: "is this node or repeated | List every other balancer once.",
      });
    });
    if ([input.address, ...input.peers].includes(input.virtualAddress.address)) {
      context.addIssue({
        code: "custom",
        path: ["virtualAddress", "address"],
        message: "belongs to a node | Use an address of the subnet that no node has.",
      });
    }
  });

/**
 * The text of keepalived's configuration for one balancer. `{{interface}}` stands for the name of
 * the interface; replace it on the node.
 *
 * The node starts in FAULT and takes part once the track file says `0`. Settings that are not
 * obvious: gratuitous ARP is repeated every second by the master, which heals the neighbours'
 * tables after a pause or a split brain.
 *
 * @throws InvalidDocument with every problem at once
 * @see keepalived.conf(5); RFC 9568
 */
export function keepalivedConfig(input: KeepalivedInput): string {
  const checked = inputSchema.safeParse(input);
  if (!checked.success) {
    throw new InvalidDocument("The keepalived input", problemsOf(checked.error, input));
  }
  const { virtualAddress, peers } = input;
  const lines = [
    "global_defs {",
    `  router_id ${input.nodeId}`,
    "  vrrp_version 3",
    "  vrrp_garp_master_delay 1",
    "  vrrp_garp_master_repeat 3",
    "  vrrp_garp_master_refresh 1",
    "  vrrp_garp_master_refresh_repeat 1",
    "  vrrp_garp_lower_prio_delay 0",
    "  vrrp_garp_lower_prio_repeat 3",
    "  vrrp_higher_prio_send_advert true",
    "  vrrp_skip_check_adv_addr true",
    `  vrrp_notify_fifo ${input.notifyFifo}`,
    "  dynamic_interfaces",
    "  enable_script_security",
    "  script_user root",
    "}",
    "track_file balancer {",
    `  file "${input.trackFile}"`,
    "  weight 0",
    "  init_file 1 overwrite",
    "}",
    "vrrp_instance VI_1 {",
    // On every node, also the preferred one: nopreempt requires it, and the first election decides.
    "  state BACKUP",
    `  interface ${INTERFACE}`,
    `  virtual_router_id ${input.routerId}`,
    `  priority ${input.priority}`,
    `  advert_int ${(input.advertIntervalMs / 1000).toFixed(2)}`,
    ...(input.downTimerAdverts === undefined
      ? []
      : [`  down_timer_adverts ${input.downTimerAdverts}`]),
    ...(input.preempt ? [] : ["  nopreempt"]),
    `  unicast_src_ip ${input.address}`,
    "  unicast_peer {",
    ...peers.map((peer) => `    ${peer}`),
    "  }",
    "  track_file {",
    "    balancer",
    "  }",
    "  virtual_ipaddress {",
    `    ${virtualAddress.address}/${virtualAddress.prefixLength} dev ${INTERFACE}`,
    "  }",
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

/**
 * The command that runs keepalived as a node's process: in the foreground, log to the console,
 * VRRP only, pid files where `/run` is the node's own (a stale one stops it from starting).
 *
 * @param configPath file that holds the configuration
 * @see keepalived(8)
 */
export function keepalivedArgv(configPath: string): string[] {
  return [
    "keepalived",
    "-n",
    "-l",
    "-D",
    "-G",
    "-P",
    "-f",
    configPath,
    "-p",
    "/run/evenkeel/keepalived.pid",
    "-r",
    "/run/evenkeel/vrrp.pid",
  ];
}
