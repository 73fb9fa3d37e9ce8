import type { LoadedRun } from "../../../chaos/report/run-folder.ts";

/**
 * Reads a rendered report as a browser would and looks every number up where its element says it
 * comes from. Resolving and comparing are written apart from the report's own, on purpose.
 */
export interface Audit {
  /** Numbers that were looked up and agree. */
  readonly checked: number;
  /** Everything else, in words. */
  readonly problems: readonly string[];
  /** Names of all attributes that any element has. */
  readonly attributes: ReadonlySet<string>;
}

interface Element {
  readonly tag: string;
  readonly attributes: ReadonlyMap<string, string>;
  text: string;
}

const VOID = new Set(["meta", "link", "br", "hr", "img", "input"]);

/** Words of the report itself that have digits in them. */
const STATIC = /^(P[0-7]|95 %|−1|p50|p90|p99|p99\.9|lag p50|lag p99|event loop delay p99)( ms)?$/;

/** Looks up every number of a report. */
export function auditNumbers(html: string, run: LoadedRun): Audit {
  const problems: string[] = [];
  const attributes = new Set<string>();
  let checked = 0;
  const names = new Set([
    ...Object.keys(run.record.fingerprint.sysctls),
    ...Object.keys(run.record.fingerprint.programs),
    ...run.events.flatMap((event) => Object.keys(event.data)),
  ]);
  walk(
    html,
    problems,
    (text, stack) => {
      const source = stack.findLast((element) => element.attributes.has("data-ref"));
      if (source === undefined) {
        if (!/\d/.test(text)) return;
        const stated = stack.findLast((element) => element.attributes.has("data-static"));
        const inAxis = stack.some((element) => element.attributes.get("class") === "axis");
        if (stated !== undefined && (inAxis || STATIC.test(text) || names.has(text))) return;
        problems.push(`"${text.trim()}" has no source`);
      }
    },
    (element) => {
      for (const name of element.attributes.keys()) attributes.add(name);
      const reference = element.attributes.get("data-ref");
      if (reference === undefined) return;
      const value = resolve(run, reference);
      const as = element.attributes.get("data-as") ?? "";
      if (agrees(element.text, value, as)) checked += 1;
      else
        problems.push(`"${element.text}" is not ${JSON.stringify(value)} of ${reference} as ${as}`);
    },
  );
  return { checked, problems, attributes };
}

function walk(
  html: string,
  problems: string[],
  onText: (text: string, stack: readonly Element[]) => void,
  onEnd: (element: Element) => void,
): void {
  const stack: Element[] = [];
  const token =
    /<!doctype[^>]*>|<(\/?)([a-z][a-z0-9]*)((?:\s+[^\s=>"/]+(?:="[^"]*")?)*)\s*(\/?)>|([^<]+)|(<)/gi;
  for (const [, closing, tag, attributes, selfClosing, text, stray] of html.matchAll(token)) {
    const parent = stack.at(-1)?.tag;
    if (text !== undefined) {
      if (parent === "style" || parent === "script") continue;
      const decoded = decode(text);
      for (const element of stack) element.text += decoded;
      onText(decoded, stack);
    } else if (stray !== undefined) {
      if (parent !== "script" && parent !== "style") problems.push("a < that opens no element");
    } else if (tag === undefined) {
      continue;
    } else if (closing === "/") {
      const element = stack.pop();
      if (element === undefined || element.tag !== tag)
        problems.push(`</${tag}> closes ${element?.tag ?? "nothing"}`);
      else onEnd(element);
    } else {
      const element: Element = { tag, attributes: attributesOf(attributes ?? ""), text: "" };
      if (selfClosing !== "/" && !VOID.has(tag)) stack.push(element);
    }
  }
  for (const { tag } of stack) problems.push(`<${tag}> is never closed`);
}

function attributesOf(source: string): Map<string, string> {
  return new Map(
    [...source.matchAll(/([^\s=]+)(?:="([^"]*)")?/g)].map(([, name = "", value = ""]) => [
      name,
      decode(value),
    ]),
  );
}

function decode(text: string): string {
  const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? "");
}

function at(value: unknown, keys: readonly string[]): unknown {
  let here = value;
  for (const key of keys) {
    if (typeof here !== "object" || here === null) return undefined;
    here = Object.entries(here).find(
      ([name]) => name === key.replaceAll("~1", "/").replaceAll("~0", "~"),
    )?.[1];
  }
  return here;
}

function everyAt(value: unknown, keys: readonly string[]): unknown[] {
  const [key, ...rest] = keys;
  if (key === undefined) return [value];
  if (key !== "@") return everyAt(at(value, [key]), rest);
  return Object.values(value as object).flatMap((one) => everyAt(one, rest));
}

function keysOf(pointer: string): string[] {
  return pointer.slice(1).split("/");
}

function resolve(run: LoadedRun, reference: string): unknown {
  const { record } = run;
  const relative = (
    trial: LoadedRun["record"]["trials"][number] | undefined,
    ns: unknown,
  ): unknown => {
    const mark = trial?.marks.injected;
    if (mark === undefined || mark.atMs === null || typeof ns !== "string") return undefined;
    return Number(BigInt(ns) - BigInt(mark.monotonicNs)) / 1e6;
  };
  if (reference.startsWith("/")) {
    const keys = keysOf(reference);
    const value = at(record, keys);
    return keys[0] === "trials" && reference.endsWith("Ns")
      ? relative(record.trials[Number(keys[1])], value)
      : value;
  }
  if (/^(events|probes):/.test(reference)) {
    const [stream = "", rest = ""] = reference.split(":");
    const [line = "", ...keys] = rest.split("/");
    const object = (stream === "events" ? run.events : run.probes)[Number(line) - 1];
    const value = at(object, keys);
    return reference.endsWith("Ns")
      ? relative(
          record.trials.find((trial) => trial.index === object?.trial),
          value,
        )
      : value;
  }
  const [, statistic, query] = /^([a-z]+)\?(.*)$/.exec(reference) ?? [];
  if (statistic !== undefined) {
    const known = answers.get(run) ?? new Map<string, unknown>();
    answers.set(run, known);
    if (!known.has(reference)) {
      known.set(reference, overProbes(run, statistic, new URLSearchParams(query), relative));
    }
    return known.get(reference);
  }
  const [kind = "", rest = ""] = reference.split(/:(.*)/s);
  if (kind === "length") return (at(record, keysOf(rest)) as unknown[]).length;
  if (kind === "tally" && rest.includes("!=")) {
    const [pointer = "", unwanted] = rest.split("!=");
    return everyAt(record, keysOf(pointer)).filter((value) => String(value) !== unwanted).length;
  }
  if (kind === "tally") {
    const [pointer = "", wanted] = rest.split("=");
    return everyAt(record, keysOf(pointer)).filter((value) => String(value) === wanted).length;
  }
  if (kind.startsWith("ecdf")) return ecdf(record, kind, rest);
  const values = rest.split("+").flatMap((pointer) => everyAt(record, keysOf(pointer))) as number[];
  const known = values.filter((value) => typeof value === "number");
  if (kind === "sum") return known.reduce((sum, value) => sum + value, 0);
  if (kind === "max")
    return known.length === 0 ? undefined : known.reduce((a, b) => (a > b ? a : b));
  if (kind === "min")
    return known.length === 0 ? undefined : known.reduce((a, b) => (a < b ? a : b));
  return undefined;
}

type Trial = LoadedRun["record"]["trials"][number];

interface SeenProbe {
  readonly probe: LoadedRun["probes"][number];
  readonly trial: Trial;
  readonly at: number;
  readonly end: number;
  readonly line: string;
}

/** What was asked of the probes of a run, so that auditing one run often stays quick. */
const answers = new WeakMap<LoadedRun, Map<string, unknown>>();

/** Every probe of a run with its times after the fault; computed once for each run. */
const seenProbes = new WeakMap<LoadedRun, readonly SeenProbe[]>();

function probesOf(
  run: LoadedRun,
  relative: (trial: Trial | undefined, ns: unknown) => unknown,
): SeenProbe[] {
  return run.probes.flatMap((probe, index) => {
    const trial = run.record.trials.find((one) => one.index === probe.trial);
    const [at, end] = [relative(trial, probe.intendedNs), relative(trial, probe.completedNs)];
    if (trial === undefined || typeof at !== "number" || typeof end !== "number") return [];
    return [{ probe, trial, at, end, line: String(index + 1) }];
  });
}

/** What a statistic of a report is over the probes, told without what the report computes it with. */
function overProbes(
  run: LoadedRun,
  statistic: string,
  query: URLSearchParams,
  relative: (trial: Trial | undefined, ns: unknown) => unknown,
): unknown {
  const seen = seenProbes.get(run) ?? probesOf(run, relative);
  seenProbes.set(run, seen);
  const ofLoad = seen.filter(({ probe }) => (probe.load ?? null) === query.get("load"));
  const meets: Readonly<Record<string, (one: (typeof seen)[number], wanted: string) => boolean>> = {
    load: () => true,
    q: () => true,
    until: () => true,
    trials: ({ trial }) => trial.verdict !== "invalid",
    class: ({ probe }, wanted) => probe.class === wanted,
    outcome: ({ probe }, wanted) =>
      wanted === "failed" ? probe.outcome !== "ok" : probe.outcome === wanted,
    when: ({ trial, at }, wanted) =>
      wanted ===
      (at < 0 ? "before" : at > (trial.marks.recovered.atMs ?? Infinity) ? "after" : "during"),
    from: ({ at }, wanted) => at >= Number(wanted),
    to: ({ at }, wanted) => at < Number(wanted),
    on: ({ trial, probe }, wanted) => {
      const hurt = [trial.target, ...trial.faults.map(({ target }) => target)];
      const met = [probe.node, probe.balancer].some((node) => node !== null && hurt.includes(node));
      return met === (wanted === "hurt");
    },
    open: ({ probe, at, end }) =>
      at < 0 && end >= 0 && probe.lines !== undefined && probe.lines > 0,
    has: ({ probe }, wanted) => (wanted === "missing" ? !!probe.missing : !!probe.lostSession),
  };
  const conditions = [...query];
  const chosen = ofLoad.filter((one) =>
    conditions.every(([key, wanted]) => meets[key]?.(one, wanted) === true),
  );
  switch (statistic) {
    case "probes":
      return chosen.length;
    case "users":
      return new Set(chosen.map(({ trial, probe }) => `${trial.index}/${probe.user}`)).size;
    case "missing":
      return chosen.reduce((sum, { probe }) => sum + (probe.missing ?? 0), 0);
    case "latency": {
      const took = chosen.map(({ at, end }) => end - at).toSorted((a, b) => a - b);
      return took.find((_, index) => index + 1 >= Number(query.get("q")) * took.length - 1e-9);
    }
    case "rate": {
      const [from, to] = [Number(query.get("from")), Number(query.get("to"))];
      const throughout = run.record.trials.filter((trial) => {
        const times = ofLoad.filter((one) => one.trial === trial).map(({ at }) => at);
        return (
          trial.verdict !== "invalid" &&
          times.some((at) => at <= from) &&
          times.some((at) => at >= to)
        );
      });
      if (throughout.length === 0) return undefined;
      const own = chosen.filter(({ trial }) => throughout.includes(trial));
      return (own.length * 1000) / (to - from) / throughout.length;
    }
    case "survival": {
      const until = query.get("until");
      const limit = chosen.find(({ line }) => line === until)?.end ?? Infinity;
      const losses = chosen.filter(({ probe, end }) => probe.outcome !== "ok" && end <= limit);
      return [...new Set(losses.map(({ end }) => end))].reduce((share, time) => {
        const there = chosen.filter(({ end }) => end >= time).length;
        return share * (1 - losses.filter(({ end }) => end === time).length / there);
      }, 1);
    }
    default:
      return undefined;
  }
}

/** The share of the trials that count whose quantity is at most that of one, or an edge of its band. */
function ecdf(record: LoadedRun["record"], kind: string, pointer: string): number | undefined {
  const [, , ...path] = keysOf(pointer);
  const own = at(record, [...keysOf(pointer), "value"]);
  if (typeof own !== "number") return undefined;
  const measures = record.trials
    .filter(({ verdict }) => verdict !== "invalid")
    .map((trial) => ({
      value: at(trial, [...path, "value"]),
      atLeast: at(trial, [...path, "atLeast"]),
    }))
    .filter(({ value, atLeast }) => typeof value === "number" || typeof atLeast === "number");
  const share =
    measures.filter(({ value }) => typeof value === "number" && value <= own).length /
    measures.length;
  if (kind === "ecdf") return share;
  if (measures.length < 10) return undefined;
  const half = Math.sqrt(Math.log(40) / (2 * measures.length));
  return kind === "ecdf-low" ? Math.max(share - half, 0) : Math.min(share + half, 1);
}

/** Unit and factor of each way to write a number. */
const UNITS: Readonly<Record<string, readonly [RegExp, number]>> = {
  ms: [/^([−\d,.]+)\u00a0ms$/, 1],
  "ms-bare": [/^([−\d,.]+)$/, 1],
  ms1: [/^([−\d,.]+)$/, 1],
  "ms-after": [/^\+?([−\d,.]+)\u00a0ms$/, 1],
  count: [/^([−\d,.]+)$/, 1],
  plain: [/^(\d+)$/, 1],
  ratio: [/^([−\d,.]+)$/, 1],
  slope: [/^([−\d,.]+)$/, 1],
  percent: [/^([−\d,.]+)\u00a0%$/, 100],
};

function agrees(text: string, value: unknown, as: string): boolean {
  if (as === "none") return text === "–" && typeof value !== "number" && typeof value !== "string";
  if (as === "text") return text === String(value);
  if (typeof value !== "number") return false;
  if (as === "quantile") return text === `p${Math.floor(value * 100)}`;
  if (as === "bytes") {
    const [amount, unit] = text.split("\u00a0");
    const size = unit === "GiB" ? 1024 ** 3 : unit === "MiB" ? 1024 ** 2 : Number.NaN;
    return Math.abs(Number(amount) * size - value) <= 0.06 * size + (unit === "MiB" ? size : 0);
  }
  if (as === "duration") {
    const [, minutes, seconds] = /^(?:(\d+)\u00a0min )?([\d.]+)\u00a0s$/.exec(text) ?? [];
    const shown = Number(minutes ?? 0) * 60 + Number(seconds);
    return Math.abs(shown * 1000 - value) <= (minutes === undefined ? 50.001 : 1000);
  }
  const [pattern, factor] = UNITS[as] ?? [/^$/, 1];
  const digits = pattern.exec(text)?.[1];
  if (digits === undefined) return false;
  const decimals = digits.split(".")[1]?.length ?? 0;
  const shown = Number(digits.replace("−", "-").replaceAll(",", ""));
  return (
    Math.abs(shown - value * factor) <= 0.5 * 10 ** -decimals + 1e-9 * Math.abs(value * factor)
  );
}
