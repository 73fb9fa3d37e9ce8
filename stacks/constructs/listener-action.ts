import type { BackendPool } from "./backend-pool.ts";
import type { FaultProxy } from "./fault-proxy.ts";

/** How requests are forwarded. */
export interface ForwardProps {
  /** Reaches each backend through a fault point of its own. @default - directly */
  readonly via?: FaultProxy;
}

/** What a listener does with what it accepts. */
export class ListenerAction {
  readonly pool: BackendPool;
  readonly via: FaultProxy | undefined;

  private constructor(pool: BackendPool, via: FaultProxy | undefined) {
    this.pool = pool;
    this.via = via;
  }

  /** Serves from a pool. */
  static forward(pool: BackendPool, props: ForwardProps = {}): ListenerAction {
    return new ListenerAction(pool, props.via);
  }
}
