import type { Construct } from "constructs";
import { declaringApp } from "../cdk.ts";
import type { BackendPool, BackendPoolProps } from "../constructs/backend-pool.ts";
import { Balancer } from "../constructs/balancer.ts";
import type { BalancerProps } from "../constructs/balancer.ts";
import { Client } from "../constructs/client.ts";
import type { Listener } from "../constructs/listener.ts";
import type { NodeProps } from "../constructs/node-container.ts";
import { TopologyStack } from "../constructs/topology-stack.ts";
import type { TopologyStackProps } from "../constructs/topology-stack.ts";
import type { Topology } from "../topology.ts";

/** What may differ from the ready-made topology. */
export interface SingleOptions
  extends
    TopologyStackProps,
    Pick<BalancerProps, "timeouts">,
    Omit<BackendPoolProps, "sessions" | "addresses" | keyof NodeProps> {
  /** Id of the topology. @default "single" */
  readonly id?: string;
}

/** The parts by which a scenario addresses what it hurts and measures. */
export interface SingleParts {
  readonly balancer: Balancer;
  readonly listener: Listener;
  readonly pool: BackendPool;
  readonly client: Client;
}

/**
 * The smallest topology that balances: one balancer, three backends, and a client:
 *
 * ```
 *  client ──► lb ──► app-1, app-2, app-3
 *     .51    .11        .21    .22    .23
 * ```
 */
export class SingleStack extends TopologyStack implements SingleParts {
  readonly balancer: Balancer;
  readonly listener: Listener;
  readonly pool: BackendPool;
  readonly client: Client;

  constructor(scope: Construct, options: SingleOptions = {}) {
    const { id = "single", subnet, timeouts, ...pool } = options;
    super(scope, id, { subnet: subnet ?? "198.18.9.0/24" });
    this.balancer = new Balancer(this, "lb", timeouts === undefined ? {} : { timeouts });
    this.listener = this.balancer.addListener("web");
    this.pool = this.listener.addTargets("app", pool);
    this.client = new Client(this, "client", { reaches: [this.balancer] });
  }
}

/** A ready-made topology: its parts and its manifest. */
export interface Single extends SingleParts {
  readonly topology: Topology;
}

/**
 * The manifest of a topology with a single balancer and the parts to address it by. Leaves no files.
 *
 * @throws InvalidDocument with every problem at once
 */
export function single(options: SingleOptions = {}): Single {
  const stack = new SingleStack(declaringApp(), options);
  const { balancer, listener, pool, client } = stack;
  return { topology: stack.toTopology(), balancer, listener, pool, client };
}
