import type { Reference } from "../reference.ts";
import type { Markup } from "./markup.ts";
import type { SeenEvent, SeenTrial } from "./trial-streams.ts";

/** Something drawn in a row: a stretch of time, or points in time of one kind. */
export type LaneItem =
  | {
      readonly kind: "span";
      readonly fromMs: number;
      /** Infinity when it had not ended. */
      readonly toMs: number;
      readonly look: string;
      readonly label: Markup | null;
      /** Characters of the label, to leave it out where it does not fit. */
      readonly labelLength: number;
    }
  | { readonly kind: "ticks"; readonly atMs: readonly number[]; readonly look: string }
  | { readonly kind: "crosses"; readonly atMs: readonly number[]; readonly look: string }
  /** Heights from 0 to 1, one after another. */
  | {
      readonly kind: "heights";
      readonly steps: readonly {
        readonly fromMs: number;
        readonly toMs: number;
        readonly height: number;
        /** Drawn in grey: nothing has changed there. */
        readonly asBefore: boolean;
      }[];
    }
  /** A height over the whole time. */
  | { readonly kind: "level"; readonly look: string; readonly height: number }
  /** Heights from 0 to 1 with straight lines between them. */
  | {
      readonly kind: "line";
      readonly look: string;
      readonly points: readonly { readonly atMs: number; readonly height: number }[];
    }
  | { readonly kind: "window"; readonly window: Reference };

/** One line of a lane. */
export interface LaneRow {
  readonly name: Markup;
  readonly height: number;
  readonly items: readonly LaneItem[];
}

/** What belongs together in a timeline. */
export interface Lane {
  readonly title: string;
  readonly rows: readonly LaneRow[];
}

/** Height of an ordinary row, pixels. */
export const ROW = 20;

/** Height of a row with a word for each state above, and its checks beneath, pixels. */
export const CHECKED_ROW = 28;

/** Events of these types, by a key, in the order of their first appearance. */
export function grouped(
  seen: SeenTrial,
  types: readonly string[],
  keyOf: (event: SeenEvent["event"]) => string | null,
): Map<string, SeenEvent[]> {
  const groups = new Map<string, SeenEvent[]>();
  for (const one of seen.events) {
    if (!types.includes(one.event.type)) continue;
    const key = keyOf(one.event);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return new Map([...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** A field of an event as text; null when it is neither text nor number. */
export function field(event: SeenEvent["event"], name: string): string | null {
  const value = event.data[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}

/** Stretches between events: each lasts until the next, or until the node is dead. */
export function spansOf(
  events: readonly SeenEvent[],
  endMs: number,
  lookOf: (one: SeenEvent) => { look: string; label: Markup | null; labelLength: number } | null,
): LaneItem[] {
  return events.flatMap((one, index): LaneItem[] => {
    const look = lookOf(one);
    const toMs = Math.min(events[index + 1]?.atMs ?? Number.POSITIVE_INFINITY, endMs);
    if (look === null || toMs <= one.atMs) return [];
    return [{ kind: "span", fromMs: one.atMs, toMs, ...look }];
  });
}
