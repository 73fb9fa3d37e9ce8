import { PROBE_PROTOCOL, type ProbePlan } from "../measurement/probe.ts";
import { DEFAULT_ARRIVALS, DEFAULT_TRAFFIC } from "../report/load-record.ts";
import type { Load } from "../scenario.ts";

/** What a prober is asked for one load of one trial. */
export function probePlan(
  load: Load,
  trial: Pick<ProbePlan, "run" | "trial" | "seed" | "maxDurationMs">,
): ProbePlan {
  return {
    protocol: PROBE_PROTOCOL,
    ...trial,
    addresses: [load.address, ...(load.otherAddresses ?? [])],
    port: load.port,
    path: load.path,
    headers: load.headers,
    ratePerSecond: load.ratePerSecond,
    arrivals: load.arrivals ?? DEFAULT_ARRIVALS,
    traffic: load.traffic ?? DEFAULT_TRAFFIC,
    retries: load.retries ?? 0,
    connectTimeoutMs: load.connectTimeoutMs,
    totalTimeoutMs: load.totalTimeoutMs,
    expectNodes: [],
  };
}
