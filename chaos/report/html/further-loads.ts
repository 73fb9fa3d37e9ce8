import { OUTCOMES } from "../../measurement/probe.ts";
import { card } from "./card.ts";
import { html, NOTHING, type Markup } from "./markup.ts";
import { outcomeKey } from "./outcome-table.ts";
import { fixed, type Printer } from "./printer.ts";
import { scrolling } from "./scrolling.ts";

/** What the requests of a load are called in a query. */
function of(load: string | null): string {
  return load === null ? "" : `load=${load}&`;
}

/** How the requests of every load beside the main one ended. */
export function furtherLoadsCard(print: Printer): Markup {
  const loads = print.references.probes.furtherLoads();
  if (loads.length === 0) return NOTHING;
  const times = ["before", "during", "after"] as const;
  return card(
    "loads",
    "Loads beside the main one",
    scrolling(
      html`<table>
        <thead>
          <tr>
            <th>load</th>
            <th>requests</th>
            <th>outcome</th>
            <th class="n">before the fault</th>
            <th class="n">during the outage</th>
            <th class="n">after the recovery</th>
            <th class="n">all</th>
          </tr>
        </thead>
        <tbody>
          ${loads.map((load) => {
            const [first] = print.references.probes.rows(of(load));
            const seen = OUTCOMES.filter(
              (outcome) =>
                (print.references.numberOf(`probes?${of(load)}outcome=${outcome}`) ?? 0) > 0,
            );
            return seen.map(
              (outcome, index) =>
                html`<tr>
                  <th scope="row">
                    ${index === 0 ? print.text(`probes:${first?.line ?? 0}/load`) : ""}
                  </th>
                  <td>${index === 0 ? print.text(`probes:${first?.line ?? 0}/class`) : ""}</td>
                  <td>${outcomeKey(outcome)}</td>
                  ${
                    first?.probe.class === "long-lived"
                      ? html`<td class="n none" colspan="3">held over the whole time</td>`
                      : times.map(
                          (time) =>
                            html`<td class="n">
                              ${print.num(`probes?${of(load)}outcome=${outcome}&when=${time}`, "count")}
                            </td>`,
                        )
                  }
                  <td class="n strong">
                    ${print.num(`probes?${of(load)}outcome=${outcome}`, "count")}
                  </td>
                </tr>`,
            );
          })}
        </tbody>
      </table>`,
      "Loads beside the main one",
    ),
  );
}

/** Whether users kept what the sample application had acknowledged to them. */
export function sessionsCard(print: Printer): Markup {
  const loads = [null, ...print.references.probes.furtherLoads()].filter(
    (load) =>
      (print.references.numberOf(`probes?${of(load)}trials=counted&class=session`) ?? 0) > 0,
  );
  if (loads.length === 0) return NOTHING;
  return card(
    "sessions",
    "What became of the sessions",
    html`<p class="caption">
        Every user has a session and a cart; each request adds an item and sees which are there. An
        item that was acknowledged and is gone is missing; a session that is not the user's began
        anew.
      </p>
      ${scrolling(
        html`<table>
          <thead>
            <tr>
              <th>load</th>
              <th class="n">users</th>
              <th class="n">requests</th>
              <th class="n">failed</th>
              <th class="n">that lacked items</th>
              <th class="n">items missing</th>
              <th class="n">sessions begun anew</th>
              <th class="n">first loss, ms after ${fixed("P1")}</th>
              <th class="n">last loss</th>
            </tr>
          </thead>
          <tbody>
            ${loads.map((load) => sessionsRow(print, load))}
          </tbody>
        </table>`,
        "Sessions",
      )}`,
  );
}

function sessionsRow(print: Printer, load: string | null): Markup {
  const { probes } = print.references;
  const which = `${of(load)}trials=counted&class=session`;
  const losses = [
    ...probes.rows(`${which}&has=missing`),
    ...probes.rows(`${which}&has=lostSession`),
  ].toSorted((a, b) => a.completedMs - b.completedMs);
  const first = probes.rows(which)[0]?.line ?? 0;
  return html`<tr>
    <th scope="row">${load === null ? "main" : print.text(`probes:${first}/load`)}</th>
    <td class="n">${print.num(`users?${which}`, "count")}</td>
    <td class="n">${print.num(`probes?${which}`, "count")}</td>
    <td class="n">${print.num(`probes?${which}&outcome=failed`, "count")}</td>
    <td class="n">${print.num(`probes?${which}&has=missing`, "count")}</td>
    <td class="n">${print.num(`missing?${which}`, "count")}</td>
    <td class="n">${print.num(`probes?${which}&has=lostSession`, "count")}</td>
    ${[losses[0], losses.at(-1)].map(
      (row) =>
        html`<td class="n">
          ${row === undefined ? html`<span class="none">none</span>` : print.num(`probes:${row.line}/completedNs`, "ms1")}
        </td>`,
    )}
  </tr>`;
}
