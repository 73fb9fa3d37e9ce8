import type { Construct } from "constructs";
import { declaringApp } from "../cdk.ts";
import type { BackendPool, BackendPoolProps } from "../constructs/backend-pool.ts";
import { BalancerFleet } from "../constructs/balancer-fleet.ts";
import type { BalancerFleetProps } from "../constructs/balancer-fleet.ts";
import { Client } from "../constructs/client.ts";
import { FaultProxy } from "../constructs/fault-proxy.ts";
import type { Listener } from "../constructs/listener.ts";
import { TopologyStack } from "../constructs/topology-stack.ts";
import type { TopologyStackProps } from "../constructs/topology-stack.ts";
import type { Topology } from "../topology.ts";

/** What may differ from the ready-made topology. */
export interface ActiveActiveOptions
  extends
    TopologyStackProps,
    Pick<BalancerFleetProps, "timeouts" | "configuration">,
    Pick<BackendPoolProps, "workers" | "queue" | "service" | "healthCheck" | "algorithm"> {
  /** Id of the topology. @default "active-active" */
  readonly id?: string;
  /** Number of balancers. @default 2 */
  readonly balancers?: number;
  /** Number of backends. @default 3 */
  readonly backends?: number;
}

/** The parts by which a scenario addresses what it hurts and measures. */
export interface ActiveActiveParts {
  readonly fleet: BalancerFleet;
  readonly listener: Listener;
  readonly pool: BackendPool;
  readonly faults: FaultProxy;
  readonly client: Client;
}

/**
 * Balancers that all serve, each at its own address, backends behind a fault point each, and a
 * client that spreads itself over the balancers:
 *
 * ```
 *            ┌─► lb-1 ─┐
 *  client ───┤         ├──► faults ──► app-1, app-2, app-3
 *     .51    └─► lb-2 ─┘       .41       .21    .22    .23
 *            .11, .12
 * ```
 */
export class ActiveActiveStack extends TopologyStack implements ActiveActiveParts {
  readonly fleet: BalancerFleet;
  readonly listener: Listener;
  readonly pool: BackendPool;
  readonly faults: FaultProxy;
  readonly client: Client;

  constructor(scope: Construct, options: ActiveActiveOptions = {}) {
    const { id = "active-active", balancers, backends, subnet, ...rest } = options;
    const { timeouts, configuration, ...pool } = rest;
    super(scope, id, { subnet: subnet ?? "198.18.8.0/24" });
    this.faults = new FaultProxy(this, "faults");
    this.fleet = new BalancerFleet(this, "lb", {
      ...(balancers === undefined ? {} : { count: balancers }),
      ...(timeouts === undefined ? {} : { timeouts }),
      ...(configuration === undefined ? {} : { configuration }),
    });
    this.listener = this.fleet.addListener("web");
    this.pool = this.listener.addTargets("app", {
      ...pool,
      ...(backends === undefined ? {} : { count: backends }),
      via: this.faults,
    });
    this.client = new Client(this, "client", { reaches: [this.fleet] });
  }
}

/** A ready-made topology: its parts and its manifest. */
export interface ActiveActive extends ActiveActiveParts {
  readonly topology: Topology;
}

/**
 * The manifest of an active-active topology and the parts to address it by. Leaves no files.
 *
 * @throws InvalidDocument with every problem at once
 */
export function activeActive(options: ActiveActiveOptions = {}): ActiveActive {
  const stack = new ActiveActiveStack(declaringApp(), options);
  const { fleet, listener, pool, faults, client } = stack;
  return { topology: stack.toTopology(), fleet, listener, pool, faults, client };
}
