import type { Config } from "../config.ts";
import type { VrrpState } from "../failover/notify-fifo.ts";
import type { AdministrativeChange, DrainView } from "../health/administration.ts";
import type { LastCheck } from "../health/checker.ts";
import type { Listener } from "../listener/listener.ts";
import type { Backend } from "../upstream/backend.ts";
import type { Pool } from "../upstream/pool.ts";
import { shownKey } from "../upstream/shown-key.ts";
import type { ConfigSubject } from "./config-commands.ts";

/** Where a balancer is in its life. */
export type Phase = "starting" | "ready" | "lame-duck" | "draining" | "stopped";

/** What the admin API may know and change of a balancer. */
export interface AdminSubject extends ConfigSubject {
  readonly nodeId: string;
  readonly config: Config;
  readonly phase: Phase;
  readonly pools: readonly Pool[];
  readonly listeners: readonly Listener[];
  /** State of keepalived; null without one, and before its first word. */
  readonly vrrp: VrrpState | null;
  /** Whether everybody in the pool keeps the state they had, because the whole pool fails. */
  held(pool: Pool): boolean;
  /** How the last check ended; undefined before the first one, and without checks. */
  lastCheck(pool: Pool, backend: Backend): LastCheck | undefined;
  /** Does what an operator asks of a backend. */
  administer(pool: Pool, backend: Backend, change: AdministrativeChange): void;
  /** The drain of a backend; undefined when none is under way. */
  drainOf(backend: Backend): DrainView | undefined;
}

/** A pool, as `GET /pools` shows it. */
export function poolView(subject: AdminSubject, pool: Pool) {
  return {
    id: pool.id,
    policy: pool.config.policy,
    available: pool.available,
    held: subject.held(pool),
    panic: pool.panicking,
    hotKey: pool.hottestKey && shownKey(pool.config, pool.hottestKey),
    backends: pool.backends.map((backend) => backendView(subject, pool, backend)),
  };
}

/** A backend, as `GET /pools` shows it. */
export function backendView(subject: AdminSubject, pool: Pool, backend: Backend) {
  const { id, address, port, weight, health, administrative, ejected, leaving, pickable } = backend;
  return {
    ...{ id, address, port, weight, health, administrative, ejected, leaving, pickable },
    outlier: pool.outlierOf(backend),
    slowStart: pool.isRamping(backend),
    inFlight: backend.inFlight,
    sent: backend.sent,
    failed: backend.failed,
    drain: subject.drainOf(backend) ?? null,
    lastCheck: subject.lastCheck(pool, backend) ?? null,
  };
}

/** A listener, as `GET /listeners` shows it. */
export function listenerView({ config, counters }: Listener) {
  return {
    ...config,
    counters: {
      ...counters,
      rejected: Object.fromEntries(counters.rejected),
      upstreamErrors: Object.fromEntries(counters.upstreamErrors),
    },
  };
}

/** The configuration in force: defaults filled in, milliseconds and bytes, without the token. */
export function configView(config: Config): unknown {
  return "token" in config.admin
    ? { ...config, admin: { ...config.admin, token: "(hidden)" } }
    : config;
}
