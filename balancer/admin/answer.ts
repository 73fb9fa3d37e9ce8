import type { AdministrativeState } from "../upstream/backend.ts";
import { CONFIG_COMMANDS } from "./config-commands.ts";
import { METRICS_PATH } from "./metrics.ts";
import { changeOf } from "./drain-query.ts";
import { backendView, configView, listenerView, poolView, type AdminSubject } from "./view.ts";

/** What the admin API answers: a status, and a body that is sent as JSON. */
export interface Answer {
  readonly status: number;
  /** Sent as JSON, unless the headers name another media type: then it is a text. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The body of every answer that is an error. */
export interface ErrorBody {
  /** Stable, for programs. */
  readonly code: string;
  readonly message: string;
  /** The next step. */
  readonly next: string;
}

const READS: Readonly<Record<string, (subject: AdminSubject) => Answer>> = {
  "/healthz": ({ nodeId }) => ({ status: 200, body: { status: "alive", node: nodeId } }),
  "/readyz": readiness,
  "/pools": (subject) => ok({ pools: subject.pools.map((pool) => poolView(subject, pool)) }),
  "/config": ({ config }) => ok(configView(config)),
  "/config/source": ({ written }) => ok(written),
  "/listeners": ({ listeners }) => ok({ listeners: listeners.map(listenerView) }),
};

const ACTIONS: Readonly<Record<string, AdministrativeState>> = {
  enable: "enabled",
  drain: "draining",
  disable: "disabled",
};
const CHANGE = /^\/pools\/([^/]+)\/backends\/([^/]+)\/([^/]+)$/;
const CHANGE_TEMPLATE = "/pools/<pool>/backends/<backend>/<enable|drain|disable>";

/**
 * Answers a request to the admin API, but those that bring a configuration. GET reads, POST changes;
 * nothing else is known.
 *
 * @param query what follows the path, without its question mark
 */
export function answer(subject: AdminSubject, method: string, path: string, query = ""): Answer {
  const change = CHANGE.exec(path);
  if (change !== null) {
    if (method !== "POST") return wrongMethod(path, "POST");
    const [, pool = "", backend = "", action = ""] = change;
    return changed(subject, [pool, backend, action], new URLSearchParams(query));
  }
  const read = Object.hasOwn(READS, path) ? READS[path] : undefined;
  if (read === undefined) {
    if (path === METRICS_PATH) return wrongMethod(path, "GET");
    if (CONFIG_COMMANDS.includes(path)) return wrongMethod(path, "POST");
    const known = [
      ...[...Object.keys(READS), METRICS_PATH].map((one) => `GET ${one}`),
      ...[...CONFIG_COMMANDS, CHANGE_TEMPLATE].map((one) => `POST ${one}`),
    ];
    return failure(
      404,
      "unknown-path",
      `There is no ${path} here.`,
      `Use one of: ${known.join(", ")}.`,
    );
  }
  if (method === "GET") return read(subject);
  return wrongMethod(path, CONFIG_COMMANDS.includes(path) ? "GET, POST" : "GET");
}

/** An answer that is an error. */
export function failure(status: number, code: string, message: string, next: string): Answer {
  const body: ErrorBody = { code, message, next };
  return { status, body };
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function readiness({ phase, nodeId, vrrp }: AdminSubject): Answer {
  if (phase === "ready") return ok({ status: "ready", node: nodeId, vrrp });
  const next =
    phase === "starting"
      ? "Wait until every listener is bound and every pool has been checked once."
      : "Use another balancer: this one is going.";
  return failure(503, "not-ready", `The balancer is not ready: it is ${phase}.`, next);
}

function changed(
  subject: AdminSubject,
  [poolId, backendId, action]: readonly [string, string, string],
  query: URLSearchParams,
): Answer {
  const pool = subject.pools.find((one) => one.id === poolId);
  if (pool === undefined) return unknown("pool", poolId, subject.pools);
  const backend = pool.backends.find((one) => one.id === backendId);
  if (backend === undefined) return unknown("backend", backendId, pool.backends);
  const state = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
  if (state === undefined) {
    return unknown(
      "action",
      action,
      Object.keys(ACTIONS).map((id) => ({ id })),
    );
  }
  const change = changeOf(state, query);
  if ("message" in change) return failure(400, "bad-parameter", change.message, change.next);
  subject.administer(pool, backend, change);
  return ok({ pool: pool.id, backend: backendView(subject, pool, backend) });
}

function unknown(what: string, id: string, known: readonly { readonly id: string }[]): Answer {
  const ids = known.map((one) => one.id).join(", ");
  const next = ids === "" ? "There are none." : `Use one of: ${ids}.`;
  return failure(404, `unknown-${what}`, `There is no ${what} "${id}".`, next);
}

function wrongMethod(path: string, allow: string): Answer {
  const next = `Use ${allow.replace(", ", " or ")}: GET reads, POST changes.`;
  return {
    ...failure(405, "wrong-method", `${path} is for ${allow.replace(", ", " and ")} only.`, next),
    headers: { allow },
  };
}
