/** What the rest of the project may use of the balancer. Importing it does nothing else. */
export {
  configJsonSchema,
  configSchema,
  parseConfig,
  type Config,
  type ConfigInput,
  type HealthCheckInput,
} from "./config.ts";
export { idSchema } from "./config-fields.ts";
export { outlierDetectionSchema } from "./config-outlier-detection.ts";
export { DEFAULTS } from "./defaults.ts";
export { describeProblem, InvalidDocument, problemsOf, type Problem } from "./errors.ts";
export { handoverRules } from "./failover/handover-rules.ts";
export type { CheckResult } from "./health/check-result.ts";
export type { Outcome as BackendOutcome } from "./health/outcome.ts";
export type { Judged as JudgedByTraffic } from "./health/outlier-member.ts";
export { OutlierPool } from "./health/outlier-pool.ts";
export { rulesOf as outlierRulesOf } from "./health/outlier-rules.ts";
export {
  afterCheck,
  afterTime,
  initialPoolHealth,
  wakeAt,
  type PoolHealth,
  type PoolHealthRules,
  type PoolHealthStep,
} from "./health/pool-health.ts";
export { CheckRhythm, placeOf } from "./health/schedule.ts";
export {
  keepalivedArgv,
  keepalivedConfig,
  type KeepalivedInput,
} from "./failover/keepalived-config.ts";
export { mayRetry } from "./proxy/retry.ts";
export { createPolicy, UnknownPolicy, type PolicyOptions } from "./selection/create-policy.ts";
export { POLICY_NAMES, type PolicyName } from "./selection/policy-names.ts";
export type { Candidate, Division, PickContext, Policy, Result } from "./selection/policy.ts";
export {
  Selector,
  type Selectable,
  type SelectorEvent,
  type SelectorOptions,
  type Wanted,
} from "./selection/selector.ts";
export {
  EVENT_SCHEMA,
  EVENT_TYPES,
  eventWriter,
  type EventLine,
  type EventSink,
  type EventType,
} from "./telemetry/event.ts";
export { duration, formatDuration, parseDuration, parseSize } from "./units.ts";
