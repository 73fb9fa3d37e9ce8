import type { VrrpState } from "../failover/notify-fifo.ts";
import type { EjectionRecord } from "../health/outlier-effect.ts";
import type { AdministrativeState, HealthState } from "../upstream/backend.ts";
import type { Pool } from "../upstream/pool.ts";

/** Version of what goes from one process to the next; they may be of different versions themselves. */
const SCHEMA = "evenkeel.handed-down/1";

/** What a process must not forget when another one follows it. Plain data: it goes from one to the other. */
export interface HandedDown {
  readonly schema: typeof SCHEMA;
  readonly pools: readonly HandedDownPool[];
}

interface HandedDownPool {
  readonly id: string;
  readonly backends: readonly HandedDownBackend[];
}

interface HandedDownBackend {
  readonly id: string;
  readonly address: string;
  readonly port: number;
  readonly health: HealthState;
  readonly administrative: AdministrativeState;
  /** How long its slow start has lasted; null when there is none. */
  readonly rampAgeMs: number | null;
  /** What live traffic made of it; null without outlier detection. */
  readonly outlier: EjectionRecord | null;
}

/** What keepalived said last; null before its first word, and without one. */
export type KnownRole = VrrpState | null;

/**
 * What the pools would forget.
 *
 * @param now monotonic milliseconds of this process
 */
export function handedDown(pools: readonly Pool[], now: number): HandedDown {
  return {
    schema: SCHEMA,
    pools: pools.map((pool) => {
      const begun = pool.rampsBegan();
      return {
        id: pool.id,
        backends: pool.backends.map((backend) => {
          const { id, address, port, health, administrative } = backend;
          const beganAt = begun.get(id);
          const rampAgeMs = beganAt === undefined ? null : now - beganAt;
          const outlier = pool.outlierOf(backend);
          return { id, address, port, health, administrative, rampAgeMs, outlier };
        }),
      };
    }),
  };
}

/**
 * Lets pools that were not checked yet begin as others have ended. A backend is the same one when
 * pool, id, address and port are; any other begins anew, and everybody after a process that hands down
 * something else.
 *
 * @param now monotonic milliseconds of this process
 */
export function inherit(pools: readonly Pool[], handed: HandedDown, now: number): void {
  if (handed.schema !== SCHEMA) return;
  for (const pool of pools) {
    const before = handed.pools.find(({ id }) => id === pool.id)?.backends ?? [];
    const begun = new Map<string, number>();
    for (const backend of pool.backends) {
      const { id, address, port } = backend;
      const same = before.find(
        (one) => one.id === id && one.address === address && one.port === port,
      );
      if (same === undefined) continue;
      backend.administrative = same.administrative;
      // Without checks nobody would ever say anything else of it.
      if (pool.config.healthCheck !== undefined) backend.health = same.health;
      if (same.outlier !== null) pool.resumeOutlier(backend, same.outlier);
      if (same.rampAgeMs !== null) begun.set(id, now - same.rampAgeMs);
    }
    pool.resumeRamps(begun);
  }
}
