import { isDeepStrictEqual } from "node:util";
import { parseConfig, type ConfigInput } from "../../balancer/index.ts";
import { accepted } from "./call/callers.ts";
import type { Fault } from "./fault.ts";
import { operate, type AskAdmin } from "./operate.ts";
import { checkBackend } from "./operation/balancer-of.ts";
import type { Target } from "./target.ts";

/** Which backend, by its ids in the balancer's configuration. */
export interface BackendName {
  readonly pool: string;
  readonly backend: string;
}

/**
 * An operator has a balancer drain a backend: it gets nothing new, and finishes what it has. Healed,
 * it is enabled again.
 *
 * @param options.deadlineMs what is left then is cut; `none`: nothing ever is. @default - the pool's
 */
export function drainBackend(
  balancer: Target,
  name: BackendName,
  { deadlineMs }: { readonly deadlineMs?: number | "none" } = {},
): Fault {
  if (deadlineMs === undefined) return administer(balancer, name, DRAIN);
  const deadline = deadlineMs === "none" ? "none" : `${deadlineMs}ms`;
  const within = deadlineMs === "none" ? "without a deadline" : `within ${deadlineMs} ms`;
  const path = `drain?deadline=${deadline}`;
  return administer(balancer, name, { ...DRAIN, title: `drain ${within}`, path });
}

/** An operator has a balancer send nothing new to a backend, whatever its health. Healed, it is enabled again. */
export function disableBackend(balancer: Target, name: BackendName): Fault {
  return administer(balancer, name, DISABLE);
}

/**
 * An operator gives a balancer another configuration, as a whole document. Healed, it gets back the
 * one that it had.
 *
 * @param change makes the wanted document from the one in force; must not alter what it is given
 * @param title what changes, for people: `more weight for app-1`
 */
export function applyConfig(
  balancer: Target,
  title: string,
  change: (document: ConfigInput) => ConfigInput,
): Fault {
  return operate(balancer, {
    kind: "apply-config",
    title: `configuration with ${title} for`,
    undoTitle: "apply the former configuration",
    check: ({ document }) => void parseConfig(change(document as ConfigInput)),
    plan: async (ask) => {
      const before = (await source(ask)) as ConfigInput;
      return {
        request: { method: "POST", path: "/config", body: plain(change(before)) },
        undo: { method: "POST", path: "/config", body: before },
      };
    },
    verify: async (ask, { body }) =>
      isDeepStrictEqual(await source(ask), body)
        ? { active: true, evidence: "GET /config/source told the new configuration" }
        : { active: false, evidence: "GET /config/source told another configuration" },
  });
}

/** One of the admin API's actions on a backend. */
interface Action {
  readonly kind: string;
  readonly title: string;
  /** The end of its path. */
  readonly path: string;
  /** The backend's administrative state afterwards. */
  readonly state: "draining" | "disabled";
}

const DRAIN: Action = {
  kind: "drain-backend",
  title: "drain",
  path: "drain",
  state: "draining",
};
const DISABLE: Action = {
  kind: "disable-backend",
  title: "disabling",
  path: "disable",
  state: "disabled",
};

function administer(balancer: Target, { pool, backend }: BackendName, action: Action): Fault {
  const at = `/pools/${pool}/backends/${backend}`;
  return operate(balancer, {
    kind: action.kind,
    title: `${action.title} of ${backend} by`,
    undoTitle: `enable ${backend}`,
    check: (one) => checkBackend(one, pool, backend),
    plan: () =>
      Promise.resolve({
        request: { method: "POST", path: `${at}/${action.path}` },
        undo: { method: "POST", path: `${at}/enable` },
      }),
    verify: async (ask) => {
      const state = await administrativeState(ask, { pool, backend });
      return { active: state === action.state, evidence: `GET /pools told ${backend} ${state}` };
    },
  });
}

async function administrativeState(ask: AskAdmin, { pool, backend }: BackendName): Promise<string> {
  const { body } = accepted(await ask({ method: "GET", path: "/pools" }), "GET /pools");
  const { pools } = JSON.parse(body) as {
    readonly pools: readonly {
      readonly id: string;
      readonly backends: readonly { readonly id: string; readonly administrative: string }[];
    }[];
  };
  const backends = pools.find(({ id }) => id === pool)?.backends;
  return backends?.find(({ id }) => id === backend)?.administrative ?? "missing";
}

async function source(ask: AskAdmin): Promise<unknown> {
  const path = "/config/source";
  return JSON.parse(accepted(await ask({ method: "GET", path }), `GET ${path}`).body) as unknown;
}

/** As it arrives at the other end: without what is undefined. */
function plain(document: ConfigInput): unknown {
  return JSON.parse(JSON.stringify(document)) as unknown;
}
