import type { ConfigInput, PolicyName } from "../../balancer/index.ts";
import type { Duration } from "./duration.ts";
import type { HashKey } from "./hash-key.ts";

type PoolInput = ConfigInput["pools"][number];
/** What an algorithm is in a pool's configuration. */
type AlgorithmInput = Pick<PoolInput, "policy" | "hashing" | "latency">;

/** Settings of algorithms that hash. */
export interface HashProps {
  /** @default HashKey.clientIp() */
  readonly key?: HashKey;
}

/** Settings of algorithms with a ring of points. */
export interface RingProps extends HashProps {
  /** Points for each unit of weight. @default 160 */
  readonly virtualNodes?: number;
}

/** Settings of a ring on which no backend may have much more than its share. */
export interface BoundedRingProps extends RingProps {
  /** Bound of a backend's requests in flight as a multiple of its fair share. @default 1.25 */
  readonly boundedLoad?: number;
}

/** Settings of algorithms with a table of turns. */
export interface TableProps extends HashProps {
  /** Entries, a prime. @default 65537 */
  readonly tableSize?: number;
}

/** Settings of algorithms that compare response times. */
export interface LatencyProps {
  /** Time in which a response time loses all but 1/e of its weight. @default Duration.seconds(10) */
  readonly decay?: Duration;
  /** What a failure counts as at least. @default Duration.millis(10) */
  readonly failure?: Duration;
}

/** How a pool's backends are picked: the balancer's selection policies, each under its own name. */
export class Algorithm {
  readonly #input: AlgorithmInput;

  private constructor(policy: PolicyName, more: Omit<AlgorithmInput, "policy"> = {}) {
    this.#input = { policy, ...more };
  }

  /** In turns. */
  static roundRobin(): Algorithm {
    return new Algorithm("round-robin");
  }

  /** In turns, as often as their weights say, evenly mixed. */
  static weightedRoundRobin(): Algorithm {
    return new Algorithm("weighted-round-robin");
  }

  /** The one with the fewest requests in flight. */
  static leastConnections(): Algorithm {
    return new Algorithm("least-connections");
  }

  /** The one with the fewest requests in flight for its weight. */
  static weightedLeastConnections(): Algorithm {
    return new Algorithm("weighted-least-connections");
  }

  /** The one with the shortest response times, its requests in flight counted in. */
  static leastResponseTime(props: LatencyProps = {}): Algorithm {
    return new Algorithm("least-response-time", latency(props));
  }

  /** Like the former, but a slow response counts at once and is forgotten slowly. */
  static peakEwma(props: LatencyProps = {}): Algorithm {
    return new Algorithm("peak-ewma", latency(props));
  }

  /** Any. */
  static random(): Algorithm {
    return new Algorithm("random");
  }

  /** Any, as often as their weights say. */
  static weightedRandom(): Algorithm {
    return new Algorithm("weighted-random");
  }

  /** Of two drawn at random the one with fewer requests in flight. */
  static powerOfTwoChoices(): Algorithm {
    return new Algorithm("power-of-two-choices");
  }

  /** Of two drawn at random the one with shorter response times. */
  static powerOfTwoChoicesEwma(props: LatencyProps = {}): Algorithm {
    return new Algorithm("power-of-two-choices-ewma", latency(props));
  }

  /** By the hash of the address that the connection comes from, modulo the number of backends. */
  static sourceIpHash(): Algorithm {
    return new Algorithm("source-ip-hash");
  }

  /** By a key, on a ring of points. */
  static ringHash(props: RingProps = {}): Algorithm {
    return new Algorithm("ring-hash", hashing(props));
  }

  /** By a key, on a ring, but past whoever has much more than its share. */
  static boundedLoads(props: BoundedRingProps = {}): Algorithm {
    return new Algorithm("bounded-loads", hashing(props));
  }

  /** By a key, where nginx's consistent hash would put it. */
  static ketama(props: HashProps = {}): Algorithm {
    return new Algorithm("ketama", hashing(props));
  }

  /** By a key, in a table that the backends fill in turns. */
  static maglev(props: TableProps = {}): Algorithm {
    return new Algorithm("maglev", hashing(props));
  }

  /** By a key, to the backend whose hash together with it is highest. */
  static rendezvous(props: HashProps = {}): Algorithm {
    return new Algorithm("rendezvous", hashing(props));
  }

  /** The first that may be picked, in the order in which they stand. */
  static first(): Algorithm {
    return new Algorithm("first");
  }

  /** As the balancer's configuration writes it. */
  toInput(): AlgorithmInput {
    return this.#input;
  }
}

function hashing({ key, ...numbers }: BoundedRingProps & TableProps): Pick<PoolInput, "hashing"> {
  return { hashing: { ...numbers, ...(key === undefined ? {} : { key: key.toInput() }) } };
}

function latency({ decay, failure }: LatencyProps): Pick<PoolInput, "latency"> {
  return {
    latency: {
      ...(decay === undefined ? {} : { decay: decay.toString() }),
      ...(failure === undefined ? {} : { failure: failure.toString() }),
    },
  };
}
