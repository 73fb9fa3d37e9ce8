import type { LatencyOptions } from "./latency-estimate.ts";
import { ResponseTimeIndex } from "./response-time-index.ts";

/**
 * The candidate with the smallest product of average response time and requests in flight (this one
 * included) for its weight. Failures do not count as fast answers.
 *
 * @see nginx, least_time … inflight; Traefik, leasttime
 */
export class LeastResponseTime extends ResponseTimeIndex {
  constructor(options: LatencyOptions) {
    super(options, false);
  }
}
