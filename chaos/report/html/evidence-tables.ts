import { countedTrials } from "../../objectives/trust.ts";
import { html, type Markup } from "./markup.ts";
import { fixed, when, type Printer } from "./printer.ts";
import { scrolling } from "./scrolling.ts";

/** What was injected, and what was seen when it was checked. */
export function faultsTable(print: Printer): Markup {
  const { trials } = print.run.record;
  if (!trials.some((trial) => trial.faults.length > 0)) {
    return html`<p class="none">No fault was injected.</p>`;
  }
  return scrolling(
    html`<table>
      <thead>
        <tr>
          <th>trial</th>
          <th>fault</th>
          <th>target</th>
          <th>active</th>
          <th>evidence</th>
          <th class="n">uncertainty ms</th>
          <th class="n">healed, ms after ${fixed("P1")}</th>
        </tr>
      </thead>
      <tbody>
        ${trials.map((trial, position) =>
          trial.faults.map((fault, index) => {
            const at = `/trials/${position}/faults/${index}`;
            return html`<tr>
              <th scope="row">
                <a href="${`#trial-${trial.index}`}"
                  >${print.num(`/trials/${position}/index`, "plain")}</a
                >
              </th>
              <td class="prose">${print.text(`${at}/title`)}</td>
              <td>${print.text(`${at}/target`)}</td>
              <td>
                ${fault.verified.active ? html`<span class="v v-pass">✓ yes</span>` : html`<span class="v v-invalid">! no</span>`}
              </td>
              <td class="prose">${print.text(`${at}/verified/evidence`)}</td>
              <td class="n">${print.num(`${at}/uncertaintyMs`, "ms-bare")}</td>
              <td class="n">
                ${fault.healedNs === null ? html`<span class="none">with the trial</span>` : print.num(`${at}/healedNs`, "ms-bare")}
              </td>
            </tr>`;
          }),
        )}
      </tbody>
    </table>`,
    "Faults",
  );
}

const QUALITY = [
  ["lagP50Ms", "lag p50", "ms"],
  ["lagP99Ms", "lag p99", "ms"],
  ["lagMaxMs", "lag max", "ms"],
  ["eventLoopDelayP99Ms", "event loop delay p99", "ms"],
  ["dropped", "dropped", "count"],
  ["maxOutstanding", "most outstanding", "count"],
  ["cpuShare", "CPU share", "percent"],
] as const;

/** What is told of the probers beside the main one: each of them can spoil a trial. */
const QUALITY_OF_FURTHER_LOADS = QUALITY.filter(([key]) => key === "lagP99Ms" || key === "dropped");

/** How well the prober kept its own times, and what the machine lost: the worst and the best of the trials. */
export function qualityTable(print: Printer): Markup {
  const { verdict, trials } = print.run.record;
  const untrusted =
    verdict === "invalid" || countedTrials(trials).some((trial) => trial.verdict === "invalid");
  if (!trials.some((trial) => trial.quality !== null)) {
    return html`<p class="none">No prober reported on itself.</p>`;
  }
  return html`<p>
      ${
        untrusted
          ? html`<span class="v v-invalid">! INVALID</span> The measurement or the injection cannot
              be trusted.`
          : html`<span class="v v-pass">✓ VALID</span> No trial that counts gave a reason to
              distrust the prober or the faults.`
      }${when(
        trials.some(({ spoilt }) => spoilt),
        () =>
          html` The machine spoilt ${print.num("tally:/trials/@/spoilt=true", "count")}: it had no
          processor for a prober in time, and nothing else was wrong.
          ${print.num("tally:/trials/@/repeats!=null", "count")} were measured again.`,
      )}
    </p>
    ${scrolling(
      html`<table>
        <thead>
          <tr>
            <th>prober</th>
            <th class="n">best trial</th>
            <th class="n">worst trial</th>
          </tr>
        </thead>
        <tbody>
          ${QUALITY.map(
            ([key, name, format]) =>
              html`<tr>
                <th scope="row">${fixed(name)}</th>
                <td class="n">${print.num(`min:/trials/@/quality/${key}`, format)}</td>
                <td class="n">${print.num(`max:/trials/@/quality/${key}`, format)}</td>
              </tr>`,
          )}
          ${print.run.record.alongside.map((_, position) =>
            QUALITY_OF_FURTHER_LOADS.map(([key, name, format]) => {
              const all = `/trials/@/alongside/${position}/quality/${key}`;
              return html`<tr>
                <th scope="row">${fixed(name)} of ${print.text(`/alongside/${position}/id`)}</th>
                <td class="n">${print.num(`min:${all}`, format)}</td>
                <td class="n">${print.num(`max:${all}`, format)}</td>
              </tr>`;
            }),
          )}
          <tr>
            <th scope="row">CPU stolen from the machine</th>
            <td class="n">${print.num("min:/trials/@/stolenMs", "ms")}</td>
            <td class="n">${print.num("max:/trials/@/stolenMs", "ms")}</td>
          </tr>
        </tbody>
      </table>`,
      "Measurement quality",
    )}`;
}
