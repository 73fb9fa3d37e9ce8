import { MARKS } from "../record.ts";
import { html, NOTHING, type Markup } from "./markup.ts";
import { fixed, when, type Printer } from "./printer.ts";
import { outcomeKey } from "./outcome-table.ts";
import { timeline } from "./timeline.ts";
import type { SeenEvent, SeenProbe, SeenTrial } from "./trial-streams.ts";

/** Rows of a trial's table of events at most; a report of a hundred trials has to stay small. */
const MOST_EVENTS = 120;

const HEARTBEATS: readonly string[] = ["vrrp.advert", "check.begin", "check.end"];

/** What makes two heartbeats the same; other fields differ from beat to beat. */
const HEARTBEAT_FIELDS: readonly string[] = ["pool", "backend", "result", "priority", "source"];

/**
 * How much is told of a trial: with tables of its events and probes, without them, or without its
 * timeline too.
 */
export type TrialDetail = "full" | "timeline" | "marks";

/** One trial: its numbers in a line, its timeline, and the table beneath. */
export function trialSection(print: Printer, seen: SeenTrial, detail: TrialDetail): Markup {
  const { trial, position } = seen;
  const at = `/trials/${position}`;
  return html`<section class="trial" id="${`trial-${trial.index}`}">
    <h3><span>Trial ${print.num(`${at}/index`, "plain")}</span>${print.verdict(trial.verdict)}</h3>
    <p class="facts">
      <span>outage <b>${print.measured(`${at}/outage`, "ms")}</b></span
      >${when(
        trial.phase.of !== null,
        () =>
          html`<span
            >fault <b>${print.measured(`${at}/phase/achieved`, "ms")}</b> after the last
            ${trial.phase.of}</span
          >`,
      )}<span
        >failed probes
        <b
          >${print.num(`sum:${at}/probes/failedBefore+${at}/probes/failedDuring+${at}/probes/failedAfter`, "count")}</b
        >
        of ${print.num(`${at}/probes/sent`, "count")}</span
      >${when(
        trial.repeats !== null,
        () =>
          html`<span
            >measures
            <a href="${`#trial-${trial.repeats}`}">trial ${print.num(`${at}/repeats`, "plain")}</a>
            again</span
          >`,
      )}
    </p>
    ${when(
      trial.reasons.length > 0,
      () =>
        html`<ul class="reasons">
          ${trial.reasons.map((_, index) => html`<li>${print.text(`${at}/reasons/${index}`)}</li>`)}
        </ul>`,
    )}
    ${
      trial.marks.injected.atMs === null
        ? html`<p class="none">
            There is no timeline without a fault: ${print.text(`${at}/marks/injected/reason`)}.
          </p>`
        : detail === "marks"
          ? html`<p class="none">
              Its timeline is left out, or this page would be too large; events.ndjson and
              probes.ndjson.gz have it.
            </p>`
          : timeline(print, seen)
    }
    ${missingMarks(print, seen)}
    <details>
      <summary>Data of this timeline</summary>
      ${
        detail === "full"
          ? html`<div class="columns">
              <div>${marksTable(print, seen)}${probesTable(print, seen)}</div>
              <div class="tall">${eventsTable(print, seen)}</div>
            </div>`
          : html`${marksTable(print, seen)}
              <p class="caption">
                Its events are in events.ndjson, its probes in probes.ndjson.gz.
              </p>`
      }
    </details>
  </section>`;
}

function missingMarks(print: Printer, seen: SeenTrial): Markup {
  const missing = MARKS.filter((name) => seen.trial.marks[name].atMs === null);
  if (missing.length === 0) return NOTHING;
  return html`<p class="caption">
    Not seen:
    ${missing.map(
      (name, index) =>
        html`${index > 0 ? "; " : ""}${fixed(`P${MARKS.indexOf(name)}`)} ${name}
        (${print.text(`/trials/${seen.position}/marks/${name}/reason`)})`,
    )}.
  </p>`;
}

function marksTable(print: Printer, seen: SeenTrial): Markup {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th>mark</th>
          <th class="n">ms after ${fixed("P1")}</th>
          <th>seen by</th>
        </tr>
      </thead>
      <tbody>
        ${MARKS.map((name, index) => {
          const at = `/trials/${seen.position}/marks/${name}`;
          return html`<tr>
            <th scope="row">${fixed(`P${index}`)} ${name}</th>
            ${
              seen.trial.marks[name].atMs === null
                ? html`<td class="n none">none</td>
                    <td>${print.text(`${at}/reason`)}</td>`
                : html`<td class="n">${print.num(`${at}/atMs`, "ms1")}</td>
                    <td>${print.text(`${at}/seenBy`)}</td>`
            }
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

/** Neighbouring heartbeats of one kind become one row with the first and the last. */
function runsOf(events: readonly SeenEvent[]): [SeenEvent, SeenEvent][] {
  const runs: [SeenEvent, SeenEvent][] = [];
  const open = new Map<string, number>();
  for (const one of events) {
    const { type, node, data } = one.event;
    if (!HEARTBEATS.includes(type)) {
      // A change of state ends every run, so that the table tells what was seen before and after.
      open.clear();
      runs.push([one, one]);
      continue;
    }
    const same = HEARTBEAT_FIELDS.map((name) => data[name]);
    const key = `${type} ${node} ${JSON.stringify(same)}`;
    const run = runs[open.get(key) ?? -1];
    if (run === undefined) {
      open.set(key, runs.length);
      runs.push([one, one]);
    } else run[1] = one;
  }
  return runs;
}

function eventsTable(print: Printer, seen: SeenTrial): Markup {
  const runs = runsOf(seen.events);
  if (runs.length === 0) return NOTHING;
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th class="n">ms after ${fixed("P1")}</th>
          <th>event</th>
          <th>node</th>
          <th>data</th>
        </tr>
      </thead>
      <tbody>
        ${runs.slice(0, MOST_EVENTS).map(
          ([first, last]) =>
            html`<tr>
              <td class="n">
                ${print.num(`events:${first.line}/monotonicNs`, "ms1")}${last === first ? null : html` … ${print.num(`events:${last.line}/monotonicNs`, "ms1")}`}
              </td>
              <th scope="row">${first.event.type}</th>
              <td>${print.text(`events:${first.line}/node`)}</td>
              <td>${dataOf(print, first)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${when(runs.length > MOST_EVENTS, () => html`<p class="caption">The rest is in events.ndjson.</p>`)}
  </div>`;
}

function dataOf(print: Printer, one: SeenEvent): Markup {
  const fields = Object.entries(one.event.data).filter(
    ([name, value]) =>
      value !== null &&
      typeof value !== "object" &&
      (!HEARTBEATS.includes(one.event.type) || HEARTBEAT_FIELDS.includes(name)),
  );
  return html`${fields.map(
    ([key], index) =>
      html`${index > 0 ? ", " : ""}${/\d/.test(key) ? fixed(key) : key}
      ${print.text(`events:${one.line}/data/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`)}`,
  )}`;
}

function probesTable(print: Printer, seen: SeenTrial): Markup {
  const runs: [SeenProbe, SeenProbe][] = [];
  for (const one of seen.probes) {
    const run = runs.at(-1);
    if (run !== undefined && run[0].probe.outcome === one.probe.outcome) run[1] = one;
    else runs.push([one, one]);
  }
  if (runs.length === 0) return NOTHING;
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th>probes</th>
          <th class="n">first meant, ms after ${fixed("P1")}</th>
          <th class="n">last meant</th>
          <th class="n">first complete</th>
        </tr>
      </thead>
      <tbody>
        ${runs.slice(0, MOST_EVENTS).map(
          ([first, last]) =>
            html`<tr>
              <th scope="row">${outcomeKey(first.probe.outcome)}</th>
              <td class="n">${print.num(`probes:${first.line}/intendedNs`, "ms1")}</td>
              <td class="n">${print.num(`probes:${last.line}/intendedNs`, "ms1")}</td>
              <td class="n">${print.num(`probes:${first.line}/completedNs`, "ms1")}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${when(runs.length > MOST_EVENTS, () => html`<p class="caption">The rest is in probes.ndjson.gz.</p>`)}
  </div>`;
}
