import { withNextStep } from "../../errors.ts";

/**
 * How the sample application misbehaves when it is told to; nothing set means that it does not. A
 * process that starts behaves well, whatever its predecessor was told.
 */
export interface Behaviour {
  /** Answer this status at once, without doing the work: 200 to 599. */
  readonly status?: number;
  /** Accept requests and answer nothing. They are answered once the behaviour ends. */
  readonly hang?: true;
  /** Break the connection off with a reset instead of an answer. */
  readonly reset?: true;
  /** Work takes this long instead of its own service time. Milliseconds. */
  readonly serviceMs?: number;
  /** Work takes so many times its service time. */
  readonly factor?: number;
  /** Only the first so many requests of work are slow: an application whose caches are cold. */
  readonly coldRequests?: number;
  /** Share of the requests that all of the above happens to, drawn with a seed. @default 1 */
  readonly share?: number;
  /** Whether it happens to checks as well, not to work alone; `only`: not to work. @default false */
  readonly checks?: boolean | "only";
  /** It happens to so many requests in a row, then not to one, and so on. @default - to all */
  readonly inARow?: number;
  /** `/livez` answers 503, whatever else is set. */
  readonly livez?: false;
  /** Every response carries `x-evenkeel-leaving: 1`, and readiness answers 404. */
  readonly leaving?: true;
}

/** A behaviour that makes no sense; lists every problem. */
export class InvalidBehaviour extends Error {
  readonly code = "invalid-behaviour";
  readonly side = "downstream";
  readonly retryable = false;
  /** One sentence a problem: the field, its value, and what to write instead. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(withNextStep(`A behaviour is refused: ${problems.join(" ")}`, "Correct all of it."));
    this.name = "InvalidBehaviour";
    this.problems = problems;
  }
}

interface Field {
  readonly isValid: (value: unknown) => boolean;
  /** What to write instead. */
  readonly use: string;
}

/** Ten minutes; longer is a mistake. */
const LONGEST_MS = 600_000;

const FIELDS: Readonly<Record<keyof Behaviour, Field>> = {
  status: { isValid: (value) => isWhole(value, 200, 599), use: "a whole number from 200 to 599" },
  hang: { isValid: (value) => value === true, use: "true, or leave it out" },
  reset: { isValid: (value) => value === true, use: "true, or leave it out" },
  serviceMs: {
    isValid: (value) => isBetween(value, 0, LONGEST_MS),
    use: `milliseconds from 0 to ${LONGEST_MS}`,
  },
  factor: { isValid: (value) => isBetween(value, 0, 10_000), use: "a number from 0 to 10000" },
  coldRequests: {
    isValid: (value) => isWhole(value, 1, 1_000_000),
    use: "a whole number from 1 to 1000000",
  },
  share: { isValid: (value) => isBetween(value, 0, 1), use: "a number from 0 to 1" },
  checks: {
    isValid: (value) => typeof value === "boolean" || value === "only",
    use: 'true, false or "only"',
  },
  inARow: { isValid: (value) => isWhole(value, 1, 1_000), use: "a whole number from 1 to 1000" },
  livez: { isValid: (value) => value === false, use: "false, or leave it out" },
  leaving: { isValid: (value) => value === true, use: "true, or leave it out" },
};

/**
 * The behaviour that a document describes.
 *
 * @throws InvalidBehaviour with every problem at once
 */
export function parseBehaviour(document: unknown): Behaviour {
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw new InvalidBehaviour([`It is ${JSON.stringify(document)}: use an object.`]);
  }
  const problems = Object.entries(document).flatMap(([name, value]) => {
    if (!Object.hasOwn(FIELDS, name)) {
      return [`${name} is unknown: use ${Object.keys(FIELDS).join(", ")}.`];
    }
    const { isValid, use } = FIELDS[name as keyof Behaviour];
    return isValid(value) ? [] : [`${name} is ${JSON.stringify(value)}: use ${use}.`];
  });
  const behaviour = document as Behaviour;
  const { status, hang, reset, serviceMs, factor, coldRequests } = behaviour;
  const endings = Object.entries({ status, hang, reset }).filter(([, one]) => one !== undefined);
  if (endings.length > 1) {
    const names = endings.map(([name]) => name).join(" and ");
    problems.push(`${names} exclude each other: use one of them.`);
  }
  if (coldRequests !== undefined && serviceMs === undefined && factor === undefined) {
    problems.push("coldRequests says how many are slow, not how slow: add factor or serviceMs.");
  }
  if (problems.length > 0) throw new InvalidBehaviour(problems);
  return behaviour;
}

function isBetween(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && value >= least && value <= most;
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && isBetween(value, least, most);
}
