import { isIP } from "node:net";
import type { ProbePlan } from "../probe.ts";

/** A plan as it came: any field may be missing or of another type. */
export type Untrusted = { readonly [Name in keyof ProbePlan]?: unknown };

/** RFC 9110 §5.6.2: token. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** A request target in origin form, without blanks and controls. */
const TARGET = /^\/[\x21-\x7e]*$/;
/** Visible ASCII and inner blanks. */
const VALUE = /^[\x20-\x7e]*$/;
/** More connections than this machine has ports for one address would be dropped, not sent. */
const MOST_CONNECTIONS = 20_000;

/** A kind of value: what it must fulfil, and what to use instead. */
interface Kind {
  readonly fits: (value: unknown) => boolean;
  readonly use: string;
}

const POSITIVE: Kind = { fits: (value) => isNumber(value) && value > 0, use: "a number above 0" };
const NOT_NEGATIVE: Kind = {
  fits: (value) => isNumber(value) && value >= 0,
  use: "a number of 0 or more",
};
const COUNT: Kind = {
  fits: (value) => isWhole(value) && value >= 1 && value <= MOST_CONNECTIONS,
  use: `a whole number from 1 to ${MOST_CONNECTIONS}`,
};

const FIELDS: Readonly<Record<string, Kind>> = {
  ratePerSecond: POSITIVE,
  connectTimeoutMs: POSITIVE,
  totalTimeoutMs: POSITIVE,
  maxDurationMs: POSITIVE,
  port: {
    fits: (value) => isWhole(value) && value >= 1 && value <= 65_535,
    use: "a whole number from 1 to 65535",
  },
  trial: { fits: (value) => isWhole(value) && value >= 0, use: "a whole number of 0 or more" },
  retries: {
    fits: (value) => isWhole(value) && value >= 0 && value <= 100,
    use: "a whole number from 0 to 100",
  },
  seed: { fits: Number.isSafeInteger, use: "a whole number" },
};

/**
 * Everything that is wrong with a plan, each with the value and the next step. By hand, because loading a
 * schema library would double the prober's start-up.
 */
export function problemsOf(plan: Untrusted): string[] {
  return [
    ...Object.entries(FIELDS).flatMap(([name, kind]) =>
      wrong(name, plan[name as keyof ProbePlan], kind),
    ),
    ...problemsOfAddresses(plan.addresses),
    ...problemsOfText(plan),
    ...problemsOfArrivals(plan.arrivals),
    ...problemsOfTraffic(plan),
  ];
}

function problemsOfAddresses(addresses: unknown): string[] {
  if (!Array.isArray(addresses) || addresses.length === 0) {
    return [`addresses is ${JSON.stringify(addresses)}. Name at least one IP address.`];
  }
  return (addresses as readonly unknown[])
    .filter((address) => typeof address !== "string" || isIP(address) === 0)
    .map(
      (address) =>
        `addresses has ${JSON.stringify(address)}. Use an IP address: a name would put the resolver into the measurement.`,
    );
}

function problemsOfText({ path, run, expectNodes, headers }: Untrusted): string[] {
  const problems = [];
  if (typeof path !== "string" || !TARGET.test(path)) {
    problems.push(`path is ${JSON.stringify(path)}. Start it with "/" and percent-encode blanks.`);
  }
  if (typeof run !== "string" || !VALUE.test(run)) {
    problems.push(`run is ${JSON.stringify(run)}. Use printable ASCII.`);
  }
  if (!Array.isArray(expectNodes)) {
    problems.push("expectNodes is not a list. Use [] for any node.");
  }
  if (!isObject(headers)) return [...problems, "headers is not an object. Use {} for none."];
  for (const [name, value] of Object.entries(headers)) {
    if (TOKEN.test(name) && typeof value === "string" && VALUE.test(value)) continue;
    problems.push(
      `header ${JSON.stringify(name)} cannot be sent. Use a token as name and printable ASCII as value.`,
    );
  }
  return problems;
}

function problemsOfArrivals(arrivals: unknown): string[] {
  if (!isObject(arrivals)) return [unknownKind("arrivals", arrivals, ARRIVALS)];
  const { kind, fromPerSecond, overMs, burstPerSecond, everyMs, forMs } = arrivals;
  switch (kind) {
    case "constant":
    case "poisson":
      return [];
    case "ramp":
      return [
        ...wrong("arrivals.fromPerSecond", fromPerSecond, NOT_NEGATIVE),
        ...wrong("arrivals.overMs", overMs, POSITIVE),
      ];
    case "bursts": {
      const problems = [
        ...wrong("arrivals.burstPerSecond", burstPerSecond, NOT_NEGATIVE),
        ...wrong("arrivals.everyMs", everyMs, POSITIVE),
        ...wrong("arrivals.forMs", forMs, POSITIVE),
      ];
      if (isNumber(everyMs) && isNumber(forMs) && forMs >= everyMs) {
        problems.push(
          `arrivals.forMs is ${forMs} and arrivals.everyMs ${everyMs}. Let a burst be shorter than what it is repeated after.`,
        );
      }
      return problems;
    }
    default:
      return [unknownKind("arrivals", kind, ARRIVALS)];
  }
}

function problemsOfTraffic({
  traffic,
  addresses,
  retries,
  totalTimeoutMs,
  headers,
}: Untrusted): string[] {
  if (!isObject(traffic)) return [unknownKind("traffic", traffic, TRAFFIC)];
  const { kind, connections, everyMs, users } = traffic;
  switch (kind) {
    case "fresh":
      return [];
    case "kept-alive": {
      const problems = wrong("traffic.connections", connections, COUNT);
      const wanted = Array.isArray(addresses) ? addresses.length : 1;
      if (isNumber(connections) && connections < wanted) {
        problems.push(
          `traffic.connections is ${connections} for ${wanted} addresses. Use at least one for each.`,
        );
      }
      return problems;
    }
    case "long-lived": {
      const problems = [
        ...wrong("traffic.connections", connections, COUNT),
        ...wrong("traffic.everyMs", everyMs, {
          fits: (value) => isWhole(value) && value >= 1,
          use: "a whole number of 1 or more",
        }),
      ];
      if (isNumber(everyMs) && isNumber(totalTimeoutMs) && everyMs * 2 > totalTimeoutMs) {
        problems.push(
          `traffic.everyMs is ${everyMs} and totalTimeoutMs ${totalTimeoutMs}: one late line would be a timeout. Use at most half of it.`,
        );
      }
      if (isNumber(retries) && retries > 0) {
        problems.push(`retries is ${retries} of long-lived connections, which stay lost. Use 0.`);
      }
      return problems;
    }
    case "session": {
      const problems = wrong("traffic.users", users, COUNT);
      const own = isObject(headers) ? Object.keys(headers) : [];
      if (own.some((name) => name.toLowerCase() === "cookie")) {
        problems.push("headers has a cookie, and users have their own. Leave it out.");
      }
      return problems;
    }
    default:
      return [unknownKind("traffic", kind, TRAFFIC)];
  }
}

const ARRIVALS = ["constant", "poisson", "ramp", "bursts"];
const TRAFFIC = ["fresh", "kept-alive", "long-lived", "session"];

function unknownKind(name: string, value: unknown, known: readonly string[]): string {
  return `the kind of ${name} is ${JSON.stringify(value)}. Use ${known.join(", ")}.`;
}

function wrong(name: string, value: unknown, { fits, use }: Kind): string[] {
  return fits(value) ? [] : [`${name} is ${JSON.stringify(value)}. Use ${use}.`];
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isWhole(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
