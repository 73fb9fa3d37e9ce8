import type { PredictedWindow } from "../predicted-window.ts";
import { demand, formatMs } from "./terms.ts";

/** Clients that send to several balancers in turns, and to the next one when one fails. */
export interface SpreadTimers {
  /** Balancers that all serve, before one is lost. */
  readonly balancers: number;
  /** Requests of all clients together, evenly spaced. */
  readonly ratePerSecond: number;
  /** How long a client waits for the handshake. */
  readonly connectTimeoutMs: number;
  /** From the handshake with a balancer that lives to the end of the response. */
  readonly responseMs: number;
  /** What the lost balancer does to a handshake: `refused` tells at once, `silent` after the timeout. */
  readonly failure: "refused" | "silent";
}

/**
 * Time from the loss of one of several balancers to the first response that another one gave to a request
 * that was due at the lost one: 0 to 1 turn until such a request is due, the time in which its client
 * notices, and the response.
 *
 * There is no cool-down in it: these clients do not remember who failed, so every later request that is
 * due at the lost one takes as long, and the balancer that is back is used from its first turn on.
 *
 * @throws RangeError when a term makes no sense
 */
export function retryElsewhere(timers: SpreadTimers): PredictedWindow {
  const { balancers, ratePerSecond, connectTimeoutMs, responseMs, failure } = timers;
  demand(
    Number.isInteger(balancers) && balancers >= 2,
    "balancers",
    balancers,
    "a whole number from 2",
  );
  demand(ratePerSecond > 0, "ratePerSecond", ratePerSecond, "above 0");
  demand(connectTimeoutMs > 0, "connectTimeoutMs", connectTimeoutMs, "above 0");
  demand(responseMs >= 0, "responseMs", responseMs, "0 or more");
  const turnMs = (balancers * 1_000) / ratePerSecond;
  const noticeMs = failure === "silent" ? connectTimeoutMs : 0;
  const noticed =
    failure === "silent" ? `connect timeout ${formatMs(noticeMs)}` : "refused at once";
  return {
    of: "recovery",
    floorMs: noticeMs + responseMs,
    meanMs: turnMs / 2 + noticeMs + responseMs,
    ceilingMs: turnMs + noticeMs + responseMs,
    because: `0 to 1 turn of ${formatMs(turnMs)} (${balancers} balancers, ${Number(ratePerSecond.toFixed(1))} requests/s), ${noticed}, response ${formatMs(responseMs)} from another balancer; no cool-down`,
    source: "a client that tries the next address of several",
    periodMs: turnMs,
  };
}
