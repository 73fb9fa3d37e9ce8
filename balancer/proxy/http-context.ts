import type { Config } from "../config.ts";
import type { ListenerCounters } from "../listener/counters.ts";
import type { DateStamp } from "../protocol/response-writer.ts";
import type { SectionLimits } from "../protocol/section-reader.ts";
import type { RequestKey } from "../selection/request-key.ts";
import type { AccessLog } from "../telemetry/access-log.ts";
import type { ConnectionPool } from "../upstream/connection-pool.ts";
import type { Pool } from "../upstream/pool.ts";
import type { DeadlineSweep } from "./deadline-sweep.ts";
import type { HttpConnection } from "./http-connection.ts";

/** What all connections of one http listener share. */
export interface HttpContext {
  readonly listenerId: string;
  readonly pool: Pool;
  /** Null when the pool's policy hashes nothing. */
  readonly requestKey: RequestKey | null;
  readonly connections: ConnectionPool;
  readonly timeouts: Config["timeouts"];
  readonly limits: Config["limits"];
  readonly requestLimits: SectionLimits;
  readonly trailerLimits: SectionLimits;
  readonly nodeId: string;
  readonly now: () => number;
  readonly accessLog: AccessLog | undefined;
  readonly counters: ListenerCounters;
  readonly sweep: DeadlineSweep;
  readonly dates: DateStamp;
  /** Whether every answer closes its connection: lame duck and drain. */
  readonly closing: boolean;
  /** Whether connections close as soon as nothing is in flight on them: drain. */
  readonly draining: boolean;
  /** Told once when a client connection is gone. */
  closed(connection: HttpConnection): void;
}
