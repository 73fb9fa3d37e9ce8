import { parseArgs } from "node:util";
import { BACKEND_RANGES, type OptionRange } from "../../stacks/backend-ranges.ts";
import { parseServiceTime, type ServiceTime } from "./service-time.ts";

/** What the sample application is told on its command line. */
export interface BackendOptions {
  /** Where it listens. @default "0.0.0.0" */
  readonly address: string;
  /** 0 picks a free one. @default 8080 */
  readonly port: number;
  /** Requests served at the same time. @default 8 */
  readonly workers: number;
  /** Requests that may wait for a worker. @default 1024 */
  readonly queue: number;
  /** Service time of requests that do not bring their own. @default constant:0 */
  readonly service: ServiceTime;
  /** Seed of the service times. @default 1 */
  readonly seed: number;
  /** The session store; without it there are no sessions. */
  readonly redis: { readonly host: string; readonly port: number } | undefined;
  /** How long a session outlives its last change, in seconds. @default 1800 */
  readonly sessionTtlSeconds: number;
  /** File that gets one JSON line a request. */
  readonly log: string | undefined;
  /** A kept connection without a request is closed after this time. @default 5000 */
  readonly idleTimeoutMs: number;
  /** Unix socket on which experiments change how it behaves; without it nobody can. */
  readonly control: string | undefined;
  /** It listens and is alive at once, and is ready after that time. @default 0 */
  readonly bootDelayMs: number;
}

const FLAGS = {
  address: { type: "string", default: "0.0.0.0" },
  port: { type: "string", default: "8080" },
  workers: { type: "string", default: "8" },
  queue: { type: "string", default: "1024" },
  service: { type: "string", default: "constant:0" },
  seed: { type: "string", default: "1" },
  redis: { type: "string" },
  "session-ttl": { type: "string", default: "1800" },
  log: { type: "string" },
  "idle-timeout": { type: "string", default: "5" },
  control: { type: "string" },
  "boot-delay": { type: "string", default: "0" },
} as const;

/** Thrown when the command line is refused; lists every problem, one a line. */
export class InvalidOptions extends Error {
  readonly code = "invalid-options";
  readonly side = "internal";
  readonly retryable = false;

  constructor(problems: readonly string[]) {
    super(`The sample application cannot start:\n${problems.map((p) => `  ${p}`).join("\n")}`);
    this.name = "InvalidOptions";
  }
}

/**
 * The options of a command line.
 *
 * @param argv arguments after the program
 * @throws InvalidOptions with every problem at once
 */
export function parseOptions(argv: readonly string[]): BackendOptions {
  const problems: string[] = [];
  const values = parseFlags(argv);

  const whole = (flag: keyof typeof FLAGS, { least, most }: OptionRange): number => {
    const text = values[flag] ?? "";
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    problems.push(`--${flag} ${text}: use a whole number from ${least} to ${most}.`);
    return least;
  };

  const service = parseServiceTime(values.service);
  if (service === undefined) {
    problems.push(`--service ${values.service}: use constant:MS or exponential:MEAN.`);
  }
  const redis = values.redis === undefined ? undefined : parseEndpoint(values.redis);
  if (values.redis !== undefined && redis === undefined) {
    problems.push(`--redis ${values.redis}: use HOST:PORT, such as 198.18.7.31:6379.`);
  }

  const options: BackendOptions = {
    address: values.address,
    port: whole("port", { least: 0, most: 65_535 }),
    workers: whole("workers", BACKEND_RANGES.workers),
    queue: whole("queue", BACKEND_RANGES.queue),
    service: service ?? { kind: "constant", ms: 0 },
    seed: whole("seed", BACKEND_RANGES.seed),
    redis,
    sessionTtlSeconds: whole("session-ttl", { least: 1, most: 31_536_000 }),
    log: values.log,
    idleTimeoutMs: whole("idle-timeout", { least: 1, most: 86_400 }) * 1000,
    control: values.control,
    bootDelayMs: whole("boot-delay", BACKEND_RANGES.bootDelayMs),
  };
  if (problems.length > 0) throw new InvalidOptions(problems);
  return options;
}

function parseFlags(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: FLAGS, strict: true }).values;
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new InvalidOptions([`${what}. Known: --${Object.keys(FLAGS).join(", --")}.`]);
  }
}

function parseEndpoint(text: string): { host: string; port: number } | undefined {
  const match = /^([A-Za-z0-9.-]+):(\d{1,5})$/.exec(text);
  const host = match?.[1];
  const port = Number(match?.[2]);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}
