import type { LatencyOptions } from "./latency-estimate.ts";
import { ResponseTimeIndex } from "./response-time-index.ts";

/**
 * As least response time, but a slow answer counts in full at once and fades slowly, so that a
 * backend which begins to stall loses its traffic with the first slow answer.
 *
 * @see Finagle, PeakEwma; it draws two candidates, and this policy knows the best of all of them
 */
export class PeakEwma extends ResponseTimeIndex {
  constructor(options: LatencyOptions) {
    super(options, true);
  }
}
