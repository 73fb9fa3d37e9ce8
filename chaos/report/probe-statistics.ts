import { kaplanMeier, type Lifetime } from "../statistics/kaplan-meier.ts";
import { nearestRank } from "../statistics/quantile.ts";
import type { TrialRecord } from "./record.ts";
import type { LoadedRun, TrialProbe } from "./run-folder.ts";

/** When a probe was meant to start: before P1, from P1 to P6, after P6. */
export type When = "before" | "during" | "after";

/** One probe of a trial that had its fault, with its times in milliseconds after P1. */
export interface ProbeRow {
  /** Line in the stream. */
  readonly line: number;
  /** Position of its trial in the record. */
  readonly position: number;
  readonly intendedMs: number;
  readonly completedMs: number;
  readonly when: When;
  /** Whether its trial counts: an untrustworthy one does not. */
  readonly counts: boolean;
  /** Whether the node that it was with is one that a fault of its trial hurt. */
  readonly onHurt: boolean;
  readonly probe: TrialProbe;
}

/**
 * What is counted or measured over the probes of a run. A query is a statistic, `?`, and which probes:
 *
 * - `probes` how many; `users` how many different ones sent them; `missing` the items they lacked, in all
 * - `latency` the quantile `q` of completion less intended start, milliseconds
 * - `rate` how many a second, on average over the trials that were probed all the time `from` to `to`
 * - `survival` the share of connections that live on, at the end or after that of line `until` (Kaplan-Meier)
 *
 * Which: `load` (default: the main one), `trials=counted`, `class`, `outcome` or `failed`, `when`,
 * `from` and `to` in milliseconds after P1 by intended start, `on=hurt` or `others`, `open=fault` for
 * connections that lived at P1, `has=missing` or `lostSession`.
 */
export class ProbeStatistics {
  readonly #run: LoadedRun;
  readonly #ends = new Map<
    string | null,
    Map<number, { readonly firstMs: number; readonly lastMs: number }>
  >();
  readonly #results = new Map<string, number | undefined>();
  #rows: ReadonlyMap<string | null, readonly ProbeRow[]> | null = null;

  constructor(run: LoadedRun) {
    this.#run = run;
  }

  /** The ids of the loads with probes beside the main one. */
  furtherLoads(): string[] {
    return [...this.#byLoad().keys()].filter((load) => load !== null);
  }

  /** The answer to a query; undefined when there is none. */
  answer(query: string): number | undefined {
    if (!this.#results.has(query)) this.#results.set(query, this.#compute(query));
    return this.#results.get(query);
  }

  /** The probes that a query is about, in the order of intended start. */
  rows(which: string): ProbeRow[] {
    return this.#select(new URLSearchParams(which));
  }

  #compute(query: string): number | undefined {
    const at = query.indexOf("?");
    const which = new URLSearchParams(query.slice(at + 1));
    const rows = this.#select(which);
    switch (query.slice(0, at)) {
      case "probes":
        return rows.length;
      case "users":
        return new Set(rows.map(({ position, probe }) => `${position} ${probe.user}`)).size;
      case "missing":
        return rows.reduce((sum, { probe }) => sum + (probe.missing ?? 0), 0);
      case "latency":
        return rows.length === 0
          ? undefined
          : nearestRank(rows.map(latencyOf), Number(which.get("q")));
      case "rate":
        return this.#rate(rows, which);
      case "survival":
        return this.#survival(rows, which.get("until"));
      default:
        return undefined;
    }
  }

  #rate(rows: readonly ProbeRow[], which: URLSearchParams): number | undefined {
    const [from, to] = [Number(which.get("from")), Number(which.get("to"))];
    const covering = this.#coveringTrials(which.get("load"), from, to);
    if (covering.size === 0) return undefined;
    const own = rows.filter(({ position }) => covering.has(position));
    return own.length / covering.size / ((to - from) / 1000);
  }

  /** Positions of the counted trials whose first and last probe lie around a stretch of time. */
  #coveringTrials(load: string | null, fromMs: number, toMs: number): Set<number> {
    let ends = this.#ends.get(load);
    if (ends === undefined) {
      ends = new Map();
      for (const { position, intendedMs, counts } of this.#byLoad().get(load) ?? []) {
        if (!counts) continue;
        const firstMs = ends.get(position)?.firstMs ?? intendedMs;
        ends.set(position, { firstMs, lastMs: intendedMs });
      }
      this.#ends.set(load, ends);
    }
    return new Set(
      [...ends].flatMap(([position, { firstMs, lastMs }]) =>
        firstMs <= fromMs && lastMs >= toMs ? [position] : [],
      ),
    );
  }

  #survival(rows: readonly ProbeRow[], until: string | null): number {
    const steps = kaplanMeier(rows.map(lifetimeOf));
    const end =
      until === null
        ? Infinity
        : (rows.find(({ line }) => line === Number(until))?.completedMs ?? -1);
    return steps.findLast(({ at }) => at <= end)?.surviving ?? 1;
  }

  #select(which: URLSearchParams): ProbeRow[] {
    const all = this.#byLoad().get(which.get("load")) ?? [];
    const from = which.has("from") ? Number(which.get("from")) : -Infinity;
    const to = which.has("to") ? Number(which.get("to")) : Infinity;
    const tests: ((row: ProbeRow) => boolean)[] = [];
    const [outcome, when, kind] = [which.get("outcome"), which.get("when"), which.get("class")];
    if (outcome === "failed") tests.push(({ probe }) => probe.outcome !== "ok");
    else if (outcome !== null) tests.push(({ probe }) => probe.outcome === outcome);
    if (when !== null) tests.push((row) => row.when === when);
    if (kind !== null) tests.push(({ probe }) => probe.class === kind);
    if (which.get("trials") === "counted") tests.push(({ counts }) => counts);
    if (which.has("on")) tests.push(({ onHurt }) => onHurt === (which.get("on") === "hurt"));
    if (which.get("open") === "fault") tests.push(wasOpenAtFault);
    if (which.get("has") === "missing") tests.push(({ probe }) => (probe.missing ?? 0) > 0);
    if (which.get("has") === "lostSession") tests.push(({ probe }) => probe.lostSession === true);
    const begin = firstFrom(all, from);
    const selected: ProbeRow[] = [];
    for (let index = begin; index < all.length; index += 1) {
      const row = all[index];
      if (row === undefined || row.intendedMs >= to) break;
      if (tests.every((test) => test(row))) selected.push(row);
    }
    return selected;
  }

  #byLoad(): ReadonlyMap<string | null, readonly ProbeRow[]> {
    this.#rows ??= rowsByLoad(this.#run);
    return this.#rows;
  }
}

/** Completion less intended start, milliseconds: a late prober adds to it, never hides it. */
export function latencyOf({ completedMs, intendedMs }: ProbeRow): number {
  return completedMs - intendedMs;
}

/** How long after P1 a connection that was open then lived. */
export function lifetimeOf({ completedMs, probe }: ProbeRow): Lifetime {
  return { until: completedMs, ended: probe.outcome !== "ok" };
}

function wasOpenAtFault({ intendedMs, completedMs, probe }: ProbeRow): boolean {
  return intendedMs < 0 && completedMs >= 0 && (probe.lines ?? 0) > 0;
}

function firstFrom(rows: readonly ProbeRow[], fromMs: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.intendedMs ?? Infinity) < fromMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function rowsByLoad(run: LoadedRun): Map<string | null, ProbeRow[]> {
  const trials = new Map(
    run.record.trials.flatMap((trial, position) => {
      const { injected } = trial.marks;
      if (injected.atMs === null) return [];
      const p1 = BigInt(injected.monotonicNs);
      return [[trial.index, { trial, position, p1, hurt: hurtNodes(trial) }]] as const;
    }),
  );
  const byLoad = new Map<string | null, ProbeRow[]>();
  for (const [index, probe] of run.probes.entries()) {
    const own = trials.get(probe.trial);
    if (own === undefined) continue;
    const { trial, position, p1, hurt } = own;
    const recovered = trial.marks.recovered.atMs ?? Infinity;
    const intendedMs = Number(BigInt(probe.intendedNs) - p1) / 1e6;
    const load = probe.load ?? null;
    const rows = byLoad.get(load) ?? [];
    if (rows.length === 0) byLoad.set(load, rows);
    rows.push({
      line: index + 1,
      position,
      intendedMs,
      completedMs: Number(BigInt(probe.completedNs) - p1) / 1e6,
      when: intendedMs < 0 ? "before" : intendedMs > recovered ? "after" : "during",
      counts: trial.verdict !== "invalid",
      onHurt: hurt.has(probe.node ?? "") || hurt.has(probe.balancer ?? ""),
      probe,
    });
  }
  for (const rows of byLoad.values()) rows.sort((a, b) => a.intendedMs - b.intendedMs);
  return byLoad;
}

function hurtNodes(trial: TrialRecord): ReadonlySet<string> {
  return new Set([
    ...trial.faults.map(({ target }) => target),
    ...(trial.target === null ? [] : [trial.target]),
  ]);
}
