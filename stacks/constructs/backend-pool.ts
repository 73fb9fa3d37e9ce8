import { Construct } from "constructs";
import type { ConfigInput } from "../../balancer/index.ts";
import { Annotations } from "../cdk.ts";
import type { DockerContainer } from "../cdk.ts";
import { IMAGE_NAMES } from "../image-names.ts";
import type { TopologyInput } from "../topology.ts";
import type { Algorithm } from "./algorithm.ts";
import { checkBackends } from "./backend-check.ts";
import type { BackendsToCheck } from "./backend-check.ts";
import { mergedConfiguration } from "./configuration.ts";
import type { BackendConfiguration, PoolConfiguration } from "./configuration.ts";
import { ContainerImage } from "./container-image.ts";
import type { Duration } from "./duration.ts";
import type { FaultPoint, FaultProxy } from "./fault-proxy.ts";
import { HealthCheck } from "./health-check.ts";
import type { ImageProgram, NodeProps } from "./node-container.ts";
import type { Endpoint, NodeReference } from "./node-reference.ts";
import { READY_DEADLINE_MS, SERVICE_PORT } from "./node-reference.ts";
import { outlierDetectionInput, type OutlierDetectionProps } from "./outlier-detection.ts";
import type { ServiceTime } from "./service-time.ts";
import type { SessionStore } from "./session-store.ts";
import { TopologyStack } from "./topology-stack.ts";

export interface BackendPoolProps extends NodeProps {
  /** Number of backends. @default 3 */
  readonly count?: number;
  /** Requests that one backend serves at the same time. @default 8 */
  readonly workers?: number;
  /** Requests that may wait on one backend. @default 1024 */
  readonly queue?: number;
  /** @default - requests that bring no service time of their own take none */
  readonly service?: ServiceTime;
  /**
   * From its start each backend is alive, and not ready, for that long, to the millisecond.
   *
   * @default - ready at once
   */
  readonly bootDelay?: Duration;
  /**
   * A backend that has been ready and no longer answers `/livez` is killed and started again, apart
   * from what balancers make of its readiness. `{}` takes the defaults.
   *
   * @default - one that hangs is left hanging
   */
  readonly liveness?: BackendLiveness;
  /** Seed of the service times; backend n gets seed + n. @default 1 */
  readonly seed?: number;
  /** Where sessions are held, perhaps through a fault point. @default - no sessions */
  readonly sessions?: { readonly store: SessionStore; readonly via?: FaultProxy };
  /** @default HealthCheck.http() */
  readonly healthCheck?: HealthCheck;
  /** How backends are picked. @default Algorithm.roundRobin() */
  readonly algorithm?: Algorithm;
  /** Of each backend, for the algorithms that heed them. @default - all 1 */
  readonly weights?: readonly number[];
  /** The growing share of a backend that comes back. @default - its whole share at once */
  readonly slowStart?: {
    /** From its return to its whole share. @default Duration.seconds(30) */
    readonly window?: Duration;
    /** 1 is a straight line; more begins faster. @default 1 */
    readonly aggression?: number;
    /** The least share of its weight, 0 to 1. @default 0.1 */
    readonly minimumWeight?: number;
  };
  /** Live traffic takes out who fails; `{}` for the balancer's defaults. @default - it does not */
  readonly outlierDetection?: OutlierDetectionProps;
  /** Share of the enabled backends below which all of them serve, fit or not. @default 0 - never */
  readonly panicThreshold?: number;
  /** Keeps the pool in service when all its backends fail at once. @default - 60 s, from 3 backends on */
  readonly hold?: {
    readonly enabled?: boolean;
    readonly duration?: Duration;
    readonly minimumBackends?: number;
  };
  /** A backend that is taken out finishes what it has until then. @default - 5 minutes */
  readonly drain?: { readonly deadline: Duration | "none" };
  /** Further attempts for a request that may safely be sent again: 0 or 1. @default 1 */
  readonly retryAttempts?: number;
  /**
   * Serves by the image's own program instead of the sample application; such backends run as
   * containers only. Its health check, its sessions and its tuning are then that program's affair.
   *
   * @default - the sample application
   */
  readonly program?: ImageProgram;
  /** Anything else of the pool's configuration. @default {} */
  readonly configuration?: PoolConfiguration;
  /** Anything else of each backend's configuration, by its place from 0. @default - nothing */
  readonly backendConfiguration?: (index: number) => BackendConfiguration;
  /** One a backend. @default - the next addresses for backends */
  readonly addresses?: readonly string[];
}

/** How a node finds out that its backend hangs. */
export interface BackendLiveness {
  /** @default Duration.seconds(1) */
  readonly interval?: Duration;
  /** @default Duration.millis(500) */
  readonly timeout?: Duration;
  /** In a row. @default 3 */
  readonly failures?: number;
}

type PoolInput = ConfigInput["pools"][number];
type NodeInput = TopologyInput["nodes"][number];

/** Backends that can serve the same requests: the sample application, several times. */
export class BackendPool extends Construct {
  /** Id of the pool, and the group of its nodes. */
  readonly id: string;
  /** `<id>-1` and so on. */
  readonly nodes: readonly NodeReference[];
  /** The fault point between backends and session store, when there is one. */
  readonly sessionFaults: FaultPoint | undefined;
  /** What Terraform makes of each node, in their order. */
  readonly containers: readonly DockerContainer[];
  /** The port that every backend serves. */
  readonly port: number;
  readonly #props: BackendPoolProps;
  readonly #backends: BackendsToCheck;

  constructor(scope: Construct, id: string, props: BackendPoolProps = {}) {
    super(scope, id);
    const stack = TopologyStack.of(this);
    const count = props.count ?? 3;
    this.id = id;
    this.#props = props;
    this.nodes = Array.from({ length: count }, (_, index) => ({
      id: `${id}-${index + 1}`,
      address: props.addresses?.[index] ?? stack.nextAddress("backend"),
    }));
    this.port = props.program?.port ?? SERVICE_PORT;
    this.containers = this.nodes.map((node, index) =>
      stack.addContainer(this, node, {
        image: ContainerImage.fromLocal(IMAGE_NAMES.node),
        ...props,
        index,
      }),
    );
    if (props.healthCheck !== undefined && props.healthCheck.toInput() === undefined) {
      Annotations.of(this).addWarning(
        "The pool has no health check: a backend that is dead still gets its share. Leave healthCheck out, or give one.",
      );
    }
    const { sessions, workers = 8, queue = 1024, seed = 1, bootDelay, service } = props;
    this.#backends = {
      pool: id,
      count: this.nodes.length,
      workers,
      queue,
      seed,
      bootDelay,
      service,
    };
    this.sessionFaults = sessions?.via?.carry(id, sessions.store.id, sessions.store.endpoint);
    stack.declare(() => {
      if (props.program === undefined) checkBackends(this.#backends);
      return {
        nodes: this.nodes.map((node, index) => this.#node(node, index, stack.prefixLength)),
        links: sessions === undefined || this.sessionFaults ? [] : [linkTo(id, sessions.store)],
      };
    });
  }

  /**
   * The pool in a balancer's configuration.
   *
   * @param endpointOf where the balancer reaches a backend
   */
  toConfig(endpointOf: (node: NodeReference) => Endpoint): PoolInput {
    const { algorithm, weights, hold, slowStart, drain, retryAttempts } = this.#props;
    const { outlierDetection, panicThreshold } = this.#props;
    const { configuration, backendConfiguration } = this.#props;
    const healthCheck = (this.#props.healthCheck ?? HealthCheck.http()).toInput();
    const pool: PoolInput = {
      id: this.id,
      ...algorithm?.toInput(),
      backends: this.nodes.map((node, index) => {
        const weight = weights?.[index];
        const backend: PoolInput["backends"][number] = {
          id: node.id,
          ...endpointOf(node),
          ...(weight === undefined ? {} : { weight }),
        };
        return mergedConfiguration(backend, backendConfiguration?.(index));
      }),
      ...(healthCheck === undefined ? {} : { healthCheck }),
      ...(outlierDetection === undefined
        ? {}
        : { outlierDetection: outlierDetectionInput(outlierDetection) }),
      ...(panicThreshold === undefined ? {} : { panicThreshold }),
      ...(hold === undefined ? {} : { hold: holdInput(hold) }),
      ...(slowStart === undefined ? {} : { slowStart: slowStartInput(slowStart) }),
      ...(drain === undefined ? {} : { drain: { deadline: drain.deadline.toString() } }),
      ...(retryAttempts === undefined ? {} : { retry: { attempts: retryAttempts } }),
    };
    return mergedConfiguration(pool, configuration);
  }

  #node(node: NodeReference, index: number, prefixLength: number): NodeInput {
    if (this.#props.program !== undefined) {
      const { id, address } = node;
      return { id, role: "backend", group: this.id, address, prefixLength, startedBy: "image" };
    }
    const { liveness, service, sessions } = this.#props;
    const { workers, queue, seed } = this.#backends;
    const bootDelayMs = Math.round(this.#props.bootDelay?.toMilliseconds() ?? 0);
    const store = this.sessionFaults?.endpoint ?? sessions?.store.endpoint;
    return {
      id: node.id,
      role: "backend",
      group: this.id,
      address: node.address,
      prefixLength,
      processes: [
        {
          name: "backend",
          argv: [
            "evenkeel-backend",
            `--port=${SERVICE_PORT}`,
            `--workers=${workers}`,
            `--queue=${queue}`,
            `--seed=${seed + index}`,
            "--log=/run/evenkeel/log/requests.ndjson",
            "--control=/run/evenkeel/backend.sock",
            ...(bootDelayMs === 0 ? [] : [`--boot-delay=${bootDelayMs}`]),
            ...(service === undefined ? [] : [`--service=${service.toString()}`]),
            ...(store === undefined ? [] : [`--redis=${store.address}:${store.port}`]),
          ],
          readiness: {
            kind: "http",
            port: SERVICE_PORT,
            path: "/readyz",
            status: 200,
            deadlineMs: READY_DEADLINE_MS + bootDelayMs,
          },
          ...(liveness === undefined ? {} : { liveness: livenessInput(liveness) }),
        },
      ],
      stopOrder: ["backend"],
    };
  }
}

function livenessInput({ interval, timeout, failures = 3 }: BackendLiveness) {
  return {
    kind: "http" as const,
    port: SERVICE_PORT,
    path: "/livez",
    status: 200,
    intervalMs: interval?.toMilliseconds() ?? 1_000,
    timeoutMs: timeout?.toMilliseconds() ?? 500,
    failures,
  };
}

function holdInput(hold: NonNullable<BackendPoolProps["hold"]>): NonNullable<PoolInput["hold"]> {
  const { enabled, duration, minimumBackends } = hold;
  return {
    ...(enabled === undefined ? {} : { enabled }),
    ...(duration === undefined ? {} : { duration: duration.toString() }),
    ...(minimumBackends === undefined ? {} : { minimumBackends }),
  };
}

function slowStartInput(
  slowStart: NonNullable<BackendPoolProps["slowStart"]>,
): NonNullable<PoolInput["slowStart"]> {
  const { window, ...rest } = slowStart;
  return { ...(window === undefined ? {} : { window: window.toString() }), ...rest };
}

function linkTo(from: string, store: SessionStore) {
  return { id: `${from}--${store.id}`, from, to: store.id, port: store.endpoint.port };
}
