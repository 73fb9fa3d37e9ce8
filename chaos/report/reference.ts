import { ecdfAt, ecdfOf, type Ecdf } from "./ecdf.ts";
import { ProbeStatistics } from "./probe-statistics.ts";
import type { TrialRecord } from "./record.ts";
import type { LoadedRun, TrialEvent, TrialProbe } from "./run-folder.ts";

/**
 * References: where a value that a report shows comes from. What the reader sees is always the
 * formatted value of a reference, so a report cannot say what the record does not.
 *
 * - `/trials/3/outage/value`: a JSON pointer into `run.json` (RFC 6901)
 * - `events:12/data/priority`, `probes:40/intendedNs`: line and JSON pointer in a stream
 * - `length:/trials`: the length of a list
 * - `sum:/trials/@/probes/sent`, `min:`, `max:`: over all that a pointer reaches, `@` for every element; `+` joins pointers
 * - `tally:/trials/@/verdict=pass`: how many of them have that value; `!=`: another one
 * - `probes?outcome=timeout&when=during`: how many probes of the main load; `when` is before, during or after
 *
 * Any `…Ns` below a trial is told in milliseconds after that trial's P1.
 */
export type Reference = string;

/** One segment of a JSON pointer. */
export function segment(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** Looks references up in one run. */
export class References {
  readonly #run: LoadedRun;
  readonly #ecdfs = new Map<string, Ecdf>();
  /** The probes of the run, for what is drawn and not printed. */
  readonly probes: ProbeStatistics;

  constructor(run: LoadedRun) {
    this.#run = run;
    this.probes = new ProbeStatistics(run);
  }

  /** The value, or undefined when there is none. Values of `…Ns` are milliseconds after P1. */
  lookUp(reference: Reference): unknown {
    const { record } = this.#run;
    if (reference.startsWith("/")) {
      const value = descend(record, reference);
      const trial = /^\/trials\/(\d+)\/.*Ns$/.exec(reference)?.[1];
      return trial === undefined ? value : afterFault(record.trials[Number(trial)], value);
    }
    const line = /^(events|probes):(\d+)(\/.*)$/.exec(reference);
    if (line !== null) return this.#inLine(line[1] ?? "", Number(line[2]), line[3] ?? "");
    if (/^[a-z]+\?/.test(reference)) return this.probes.answer(reference);
    return this.#aggregate(reference);
  }

  /** The value, when it is a number. */
  numberOf(reference: Reference): number | null {
    const value = this.lookUp(reference);
    return typeof value === "number" && Number.isFinite(value) ? value : null;
  }

  #inLine(stream: string, line: number, pointer: string): unknown {
    const lines: readonly (TrialEvent | TrialProbe)[] =
      stream === "events" ? this.#run.events : this.#run.probes;
    const object = lines[line - 1];
    const value = descend(object, pointer);
    if (object === undefined || !pointer.endsWith("Ns")) return value;
    return afterFault(this.#trial(object.trial), value);
  }

  #trial(index: number): TrialRecord | undefined {
    return this.#run.record.trials.find((trial) => trial.index === index);
  }

  #aggregate(reference: string): number | undefined {
    const [kind, rest] = splitOnce(reference, ":");
    const { record } = this.#run;
    if (kind === "length") {
      const list = descend(record, rest);
      return Array.isArray(list) ? list.length : undefined;
    }
    if (kind === "tally") {
      const [pointer, wanted] = splitOnce(rest, "=");
      const others = pointer.endsWith("!");
      return reach(record, others ? pointer.slice(0, -1) : pointer).filter(
        (value) => (String(value) === wanted) !== others,
      ).length;
    }
    if (kind.startsWith("ecdf")) return this.#share(kind, rest);
    const numbers = rest
      .split("+")
      .flatMap((pointer) => reach(record, pointer))
      .filter((value) => typeof value === "number");
    if (kind === "sum") return numbers.reduce((sum, value) => sum + value, 0);
    if (numbers.length === 0) return undefined;
    if (kind === "max") return Math.max(...numbers);
    if (kind === "min") return Math.min(...numbers);
    return undefined;
  }

  #share(kind: string, pointer: string): number | undefined {
    const [, position, name] =
      /^\/trials\/(\d+)\/(?:phases\/)?(outage|detection)$/.exec(pointer) ?? [];
    if (name === undefined) return undefined;
    const ecdf =
      this.#ecdfs.get(name) ?? ecdfOf(this.#run.record, name === "outage" ? "outage" : "detection");
    this.#ecdfs.set(name, ecdf);
    return ecdfAt(ecdf, kind, Number(position));
  }
}

function afterFault(trial: TrialRecord | undefined, ns: unknown): number | undefined {
  const fault = trial?.marks.injected;
  if (fault === undefined || fault.atMs === null || typeof ns !== "string") return undefined;
  return millisecondsBetween(fault.monotonicNs, ns);
}

/** Milliseconds from one CLOCK_MONOTONIC stamp to another. */
export function millisecondsBetween(fromNs: string, toNs: string): number {
  return Number(BigInt(toNs) - BigInt(fromNs)) / 1e6;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}

function keysOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** What a JSON pointer (RFC 6901) leads to; undefined when there is nothing. */
export function descend(value: unknown, pointer: string): unknown {
  return keysOf(pointer).reduce(child, value);
}

/** The finite number that a JSON pointer leads to; null when there is none. */
export function numberAt(document: unknown, pointer: string): number | null {
  const value = descend(document, pointer);
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function child(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

/** Everything that a pointer with `@` reaches. */
function reach(value: unknown, pointer: string): unknown[] {
  return keysOf(pointer).reduce<unknown[]>(
    (found, key) =>
      found.flatMap((one) => {
        if (key !== "@") return [child(one, key)];
        return typeof one === "object" && one !== null ? (Object.values(one) as unknown[]) : [];
      }),
    [value],
  );
}
