import { scaleLinear } from "d3-scale";
import { kaplanMeier } from "../../statistics/kaplan-meier.ts";
import { lifetimeOf, type ProbeRow } from "../probe-statistics.ts";
import { bothWidths, card } from "./card.ts";
import { html, NOTHING, type Markup } from "./markup.ts";
import { axes, plotArea, plotSvg, stairs, ticksOf } from "./plot-axes.ts";
import { fixed, when, type Printer } from "./printer.ts";

/** Rows of the table of losses at most. */
const MOST_LOSSES = 40;

/** Connections of one kind of one load that were open at the fault. */
interface Group {
  readonly id: "hurt" | "others";
  readonly title: string;
  readonly query: string;
  readonly rows: readonly ProbeRow[];
}

/** Which of the long-lived connections that were open at the fault lived on, and how long. */
export function survivalCards(print: Printer): Markup {
  const loads = [null, ...print.references.probes.furtherLoads()];
  return html`${loads.map((load) => survivalCard(print, load))}`;
}

function survivalCard(print: Printer, load: string | null): Markup {
  const groups = groupsOf(print, load);
  if (groups.length === 0) return NOTHING;
  return card(
    load === null ? "connections" : `connections-${load}`,
    load === null ? "Long-lived connections" : `Long-lived connections of ${load}`,
    html`<p class="caption">
        Of the connections that were open at the fault, the share that still lived, by the method of
        Kaplan and Meier: one that lived until its load ended left then and is not a loss.
      </p>
      <ul class="legend">
        ${groups.map(({ id, title, query }) => html`<li><i class="${`l-conn-${id}`}"></i>${title} (${print.num(`probes?${query}`, "count")})</li>`)}
      </ul>
      ${bothWidths((width) => survivalPlot(groups, width), 1060)}
      <details>
        <summary>Data of this plot</summary>
        <div class="scroll">${groupsTable(print, groups)}</div>
        <div class="scroll">${lossesTable(print, groups)}</div>
      </details>`,
  );
}

function groupsOf(print: Printer, load: string | null): Group[] {
  const common = `${load === null ? "" : `load=${load}&`}trials=counted&class=long-lived&open=fault`;
  const kinds = [
    { id: "hurt", title: "on a node that was hurt" },
    { id: "others", title: "on others" },
  ] as const;
  return kinds.flatMap(({ id, title }) => {
    const query = `${common}&on=${id}`;
    const rows = print.references.probes.rows(query);
    return rows.length === 0 ? [] : [{ id, title, query, rows }];
  });
}

function survivalPlot(groups: readonly Group[], width: number): Markup {
  const area = plotArea(width, width < 450 ? 240 : 280);
  const last = Math.max(1, ...groups.map(({ rows }) => lastEnd(rows)));
  const x = scaleLinear().domain([0, last]).range([area.left, area.right]);
  const y = scaleLinear().domain([0, 1]).range([area.bottom, area.top]);
  return plotSvg(
    "survival",
    area,
    html`${axes(area, { ticks: ticksOf(x, width < 450 ? 4 : 9), title: "ms after P1" }, { ticks: [0, 0.25, 0.5, 0.75, 1].map((share) => ({ at: y(share), text: `${share * 100} %` })), title: "connections that live" })}
    ${groups.map(({ id, rows }) => {
      const steps = kaplanMeier(rows.map(lifetimeOf));
      const points = [
        [x(0), y(1)] as const,
        ...steps.map(({ at, surviving }) => [x(at), y(surviving)] as const),
      ];
      return html`<path class="${`curve c-${id}`}" d="${stairs(points, x(lastEnd(rows)))}" />`;
    })}`,
  );
}

/** When the last of them ended or was last seen. */
function lastEnd(rows: readonly ProbeRow[]): number {
  return rows.reduce((last, { completedMs }) => Math.max(last, completedMs), 0);
}

function lossesOf({ rows }: Group): ProbeRow[] {
  return rows
    .filter(({ probe }) => probe.outcome !== "ok")
    .toSorted((a, b) => a.completedMs - b.completedMs);
}

function groupsTable(print: Printer, groups: readonly Group[]): Markup {
  return html`<table>
    <thead>
      <tr>
        <th>connections</th>
        <th class="n">open at the fault</th>
        <th class="n">lost</th>
        <th class="n">first lost, ms after ${fixed("P1")}</th>
        <th class="n">last lost</th>
        <th class="n">live at the end</th>
      </tr>
    </thead>
    <tbody>
      ${groups.map((group) => {
        const losses = lossesOf(group);
        const lostAt = (row: ProbeRow | undefined): Markup =>
          row === undefined
            ? html`<span class="none">none</span>`
            : print.num(`probes:${row.line}/completedNs`, "ms1");
        return html`<tr>
          <th scope="row">${group.title}</th>
          <td class="n">${print.num(`probes?${group.query}`, "count")}</td>
          <td class="n">${print.num(`probes?${group.query}&outcome=failed`, "count")}</td>
          <td class="n">${lostAt(losses[0])}</td>
          <td class="n">${lostAt(losses.at(-1))}</td>
          <td class="n">${print.num(`survival?${group.query}`, "percent")}</td>
        </tr>`;
      })}
    </tbody>
  </table>`;
}

function lossesTable(print: Printer, groups: readonly Group[]): Markup {
  const losses = groups.flatMap((group) => lossesOf(group).map((row) => ({ group, row })));
  if (losses.length === 0) return NOTHING;
  return html`<table>
      <thead>
        <tr>
          <th>lost</th>
          <th class="n">ms after ${fixed("P1")}</th>
          <th>how</th>
          <th class="n">lines until then</th>
          <th class="n">live on</th>
        </tr>
      </thead>
      <tbody>
        ${losses.slice(0, MOST_LOSSES).map(
          ({ group, row }) =>
            html`<tr>
              <th scope="row">${print.text(`probes:${row.line}/node`)}</th>
              <td class="n">${print.num(`probes:${row.line}/completedNs`, "ms1")}</td>
              <td>${row.probe.outcome.replace("_", " ")}</td>
              <td class="n">${print.num(`probes:${row.line}/lines`, "count")}</td>
              <td class="n">
                ${print.num(`survival?${group.query}&until=${row.line}`, "percent")}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${when(losses.length > MOST_LOSSES, () => html`<p class="caption">The rest is in probes.ndjson.gz.</p>`)}`;
}
