import type { Construct } from "constructs";
import { declaringApp } from "../cdk.ts";
import { BackendPool } from "../constructs/backend-pool.ts";
import type { BackendPoolProps } from "../constructs/backend-pool.ts";
import { BalancerPair } from "../constructs/balancer-pair.ts";
import type { BalancerPairProps } from "../constructs/balancer-pair.ts";
import { Client } from "../constructs/client.ts";
import { Duration } from "../constructs/duration.ts";
import { FaultProxy } from "../constructs/fault-proxy.ts";
import { HealthCheck } from "../constructs/health-check.ts";
import type { Listener } from "../constructs/listener.ts";
import { SessionStore } from "../constructs/session-store.ts";
import { TopologyStack } from "../constructs/topology-stack.ts";
import type { TopologyStackProps } from "../constructs/topology-stack.ts";
import type { Topology } from "../topology.ts";

/**
 * Backends are checked together with the session store that every one of them needs, and so often
 * that a dead one is found within about a second.
 */
const DEEP_CHECK = HealthCheck.http({
  path: "/healthz?deep",
  interval: Duration.millis(300),
  timeout: Duration.millis(200),
  fall: 3,
});

/** What may differ from the ready-made topology: the props of its balancers and of its backends. */
export interface ActivePassiveOptions
  extends
    TopologyStackProps,
    Pick<
      BalancerPairProps,
      | "failover"
      | "handover"
      | "priorities"
      | "advertInterval"
      | "downTimerAdverts"
      | "preempt"
      | "timeouts"
    >,
    Pick<
      BackendPoolProps,
      | "count"
      | "workers"
      | "queue"
      | "service"
      | "seed"
      | "healthCheck"
      | "algorithm"
      | "hold"
      | "outlierDetection"
      | "retryAttempts"
    > {
  /** Id of the topology. @default "active-passive" */
  readonly id?: string;
  /** What the listener speaks. @default "http" */
  readonly protocol?: "http" | "tcp";
  /** Whether the balancers reach each backend through a fault point of its own. @default false */
  readonly backendFaultPoints?: boolean;
}

/** The parts by which a scenario addresses what it hurts and measures. */
export interface ActivePassiveParts {
  readonly pair: BalancerPair;
  readonly listener: Listener;
  readonly pool: BackendPool;
  readonly store: SessionStore;
  readonly faults: FaultProxy;
  readonly client: Client;
}

/**
 * Two balancers with a floating address, three backends whose sessions are in Redis behind a fault
 * point, and a client:
 *
 * ```
 *  client ──► 198.18.7.10 ──► lb-a | lb-b ──► app-1, app-2, app-3 ──► faults ──► store
 *     .51                      .11    .12        .21    .22    .23       .41       .31
 * ```
 */
export class ActivePassiveStack extends TopologyStack implements ActivePassiveParts {
  readonly pair: BalancerPair;
  readonly listener: Listener;
  readonly pool: BackendPool;
  readonly store: SessionStore;
  readonly faults: FaultProxy;
  readonly client: Client;

  constructor(scope: Construct, options: ActivePassiveOptions = {}) {
    super(scope, options.id ?? "active-passive", options);
    this.store = new SessionStore(this, "store");
    this.faults = new FaultProxy(this, "faults");
    this.pool = new BackendPool(this, "app", {
      healthCheck: DEEP_CHECK,
      ...options,
      sessions: { store: this.store, via: this.faults },
    });
    this.pair = new BalancerPair(this, "lb", options);
    this.listener = this.pair.addListener("web", {
      pool: this.pool,
      ...(options.protocol === undefined ? {} : { protocol: options.protocol }),
      ...(options.backendFaultPoints === true ? { via: this.faults } : {}),
    });
    this.client = new Client(this, "client", { reaches: [this.pair] });
  }
}

/** A ready-made topology: its parts and its manifest. */
export interface ActivePassive extends ActivePassiveParts {
  readonly topology: Topology;
}

/**
 * The manifest of an active-passive topology and the parts to address it by. Leaves no files.
 *
 * @throws InvalidDocument with every problem at once
 */
export function activePassive(options: ActivePassiveOptions = {}): ActivePassive {
  const stack = new ActivePassiveStack(declaringApp(), options);
  const { pair, listener, pool, store, faults, client } = stack;
  return { topology: stack.toTopology(), pair, listener, pool, store, faults, client };
}
