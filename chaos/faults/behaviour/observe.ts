import type { Call, Called } from "../call/call-client.ts";
import type { Verification } from "../fault.ts";
import type { Behaviour } from "./behaviour.ts";

/** Service time that a look brings, so that a factor has something to multiply. */
const OWN_MS = 10;
/** A look at what takes longer than this, or for ever, ends after it. */
const LONGEST_LOOK_MS = 300;
/** With fewer looks a behaviour of its share would go unseen once in a million times. */
const UNSEEN = 1e-6;
const MOST_LOOKS = 400;

/** What to ask for, and which outcome shows the behaviour. */
interface Look {
  readonly path: string;
  readonly withinMs?: number;
  readonly shows: (called: Called) => boolean;
}

/** Where the application is looked at. */
export interface Observed {
  /** Sends a request on its own node. */
  readonly send: (call: Call) => Promise<Called>;
  readonly port: number;
}

/**
 * Asks the application, on its own node, for something that shows how it behaves; where only some
 * requests are hurt, until one is.
 */
export async function observe(
  { send, port }: Observed,
  behaviour: Behaviour,
): Promise<Verification> {
  const look = lookFor(behaviour);
  if (look === null) return { active: true, evidence: "no look would show more" };
  const { share = 1 } = behaviour;
  const looks =
    share === 1 ? 1 : Math.min(MOST_LOOKS, Math.ceil(Math.log(UNSEEN) / Math.log1p(-share)));
  let evidence = "";
  for (let n = 1; n <= looks; n += 1) {
    const called = await send({
      to: { host: "127.0.0.1", port },
      path: look.path,
      headers: { "x-evenkeel-service-ms": String(OWN_MS) },
      ...(look.withinMs === undefined ? {} : { withinMs: look.withinMs }),
    });
    evidence = `GET ${look.path}: ${told(called)}${n === 1 ? "" : ` at look ${n}`}`;
    if (look.shows(called)) return { active: true, evidence };
  }
  return { active: false, evidence };
}

/** Null when a look would show nothing, or would use up what the fault is about. */
function lookFor(behaviour: Behaviour): Look | null {
  const { status, hang, reset, leaving, livez, share = 1, checks, inARow } = behaviour;
  // A look would take the place of a request, and shift the others.
  if (inARow !== undefined) return null;
  const path = checks === "only" ? "/readyz" : "/";
  if (share > 0) {
    if (hang === true) {
      const shows = ({ outcome }: Called): boolean => outcome === "silent";
      return { path, withinMs: LONGEST_LOOK_MS, shows };
    }
    if (reset === true) return { path, shows: ({ outcome }) => outcome === "broken" };
    if (status !== undefined) return { path, shows: (called) => called.status === status };
  }
  if (leaving === true) return { path: "/readyz", shows: (called) => called.status === 404 };
  if (livez === false) return { path: "/livez", shows: (called) => called.status === 503 };
  return share > 0 ? slownessOf(behaviour) : null;
}

function slownessOf({ serviceMs, factor = 1, coldRequests, checks }: Behaviour): Look | null {
  // Checks have no service time of their own that could be multiplied.
  const ownMs = checks === "only" ? 0 : OWN_MS;
  const slowMs = (serviceMs ?? ownMs) * factor;
  if (coldRequests !== undefined || slowMs <= OWN_MS) return null;
  return {
    path: checks === "only" ? "/readyz" : "/",
    withinMs: LONGEST_LOOK_MS,
    // A full queue refuses at once; it is what slow work leads to.
    shows: ({ outcome, status, tookMs }) =>
      outcome === "silent" || status === 503 || tookMs >= slowMs,
  };
}

function told({ outcome, status, body, tookMs }: Called): string {
  const how = outcome === "answered" ? `answered ${status}` : `${outcome} (${body})`;
  return `${how} after ${Math.round(tookMs)} ms`;
}
