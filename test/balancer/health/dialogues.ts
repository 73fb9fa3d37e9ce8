import { parseConfig, type HealthCheckConfig } from "../../../balancer/config.ts";
import type { CheckResult } from "../../../balancer/health/check-result.ts";
import type { Dialogue } from "../../../balancer/health/dialogue.ts";

/** A check as the configuration reads it. */
export function checkOf<T extends HealthCheckConfig["type"]>(
  check: { readonly type: T } & Readonly<Record<string, unknown>>,
): Extract<HealthCheckConfig, { type: T }> {
  const config = parseConfig({
    listeners: [{ id: "l", protocol: "http", port: 1, pool: "p" }],
    pools: [{ id: "p", backends: [], healthCheck: check }],
  });
  return config.pools[0]?.healthCheck as Extract<HealthCheckConfig, { type: T }>;
}

/** What a dialogue makes of an answer in pieces and the end of the stream. */
export function outcomeOf(dialogue: Dialogue, pieces: readonly string[]): CheckResult {
  for (const piece of pieces) {
    const result = dialogue.take(Buffer.from(piece, "latin1"));
    if (result !== "more") return result;
  }
  return dialogue.end();
}
