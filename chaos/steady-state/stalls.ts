import type { ProbeRecord } from "../measurement/probe.ts";

/** A probe that was sent so late says that its machine stood still meanwhile. */
const STALL_MS = 50;
/** What a stall upsets, such as an address that moves, has settled so long after it. */
const SETTLED_MS = 2_000;

/** Milliseconds on one clock. */
interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * For how long the machine stood still in all, if it did so whenever probes failed: each failure lies within
 * a stall or shortly after one, so none of them says anything of the system. Milliseconds; null when one
 * does not, or none failed.
 */
export function stalledBehindFailures(records: readonly ProbeRecord[]): number | null {
  const stalls = merged(
    records
      .map(({ intendedNs, sentNs }): Span => ({ fromMs: msOf(intendedNs), toMs: msOf(sentNs) }))
      .filter(({ fromMs, toMs }) => toMs - fromMs >= STALL_MS),
  );
  const failures = records.filter(({ outcome }) => outcome !== "ok").map(whenItFailed);
  const isExplained = ({ fromMs, toMs }: Span): boolean =>
    stalls.some((stall) => fromMs <= stall.toMs + SETTLED_MS && stall.fromMs <= toMs);
  if (failures.length === 0 || !failures.every(isExplained)) return null;
  return stalls.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
}

/** Those that overlap as one: many probes fall due within one stall. */
function merged(spans: readonly Span[]): readonly Span[] {
  const apart: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = apart.at(-1);
    if (last === undefined || span.fromMs > last.toMs) apart.push(span);
    else apart[apart.length - 1] = { ...last, toMs: Math.max(last.toMs, span.toMs) };
  }
  return apart;
}

/** A request may have failed at any time since it was due; a held connection failed when it ended. */
function whenItFailed({ class: kind, intendedNs, completedNs }: ProbeRecord): Span {
  const toMs = msOf(completedNs);
  return { fromMs: kind === "long-lived" ? toMs : msOf(intendedNs), toMs };
}

function msOf(ns: string): number {
  return Number(ns) / 1e6;
}
