import { OUTCOMES } from "../../measurement/probe.ts";
import { MARKS, PHASES } from "../record.ts";
import { segment } from "../reference.ts";
import { html, NOTHING, type Markup } from "./markup.ts";
import { fixed, type Printer } from "./printer.ts";

/** A table that scrolls inside its own box. */
function scrolling(table: Markup, label: string): Markup {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${label}">${table}</div>`;
}

/** What was promised, what theory allows, what was measured, and the judgement. */
export function objectivesTable(print: Printer): Markup {
  const { objectives } = print.run.record;
  if (objectives.length === 0) return html`<p class="none">The record holds no objective.</p>`;
  return scrolling(
    html`<table class="objectives">
      <thead>
        <tr>
          <th>verdict</th>
          <th>objective</th>
          <th>statistic</th>
          <th>bound</th>
          <th>predicted</th>
          <th class="n">min</th>
          <th class="n">median</th>
          <th class="n">max</th>
          <th class="n">trials</th>
        </tr>
      </thead>
      <tbody>
        ${objectives.map((objective, position) => {
          const at = `/objectives/${position}`;
          const unit = objective.unit;
          return html`<tr>
            <td>${print.verdict(objective.verdict)}</td>
            <th scope="row">
              ${print.text(`${at}/title`)}
              <div class="message">${print.text(`${at}/message`)}</div>
            </th>
            <td>${print.text(`${at}/statistic`)}</td>
            <td class="prose">
              ${print.text(`${at}/bound`)}${
                objective.widenedBy > 0
                  ? html`<div class="message">
                      widened by ${print.inUnit(`${at}/widenedBy`, unit)}
                    </div>`
                  : null
              }
            </td>
            <td>
              ${
                objective.predicted === null
                  ? html`<span class="none">no theory</span>`
                  : html`<span class="nowrap"
                        >${print.num(`${at}/predicted/floorMs`, "ms-bare")} …
                        ${print.num(`${at}/predicted/ceilingMs`, "ms")}</span
                      >
                      <div class="message">
                        mean ${print.num(`${at}/predicted/meanMs`, "ms")} of
                        ${print.text(`${at}/predicted/of`)}
                      </div>`
              }
            </td>
            ${
              objective.summary === null
                ? html`<td class="n none" colspan="3">nothing measured</td>`
                : ["min", "median", "max"].map(
                    (key) => html`<td class="n">${print.inUnit(`${at}/summary/${key}`, unit)}</td>`,
                  )
            }
            <td class="n">
              ${print.num(`${at}/samples`, "count")}
              <div class="message">needs ${print.num(`${at}/minimumSamples`, "count")}</div>
            </td>
          </tr>`;
        })}
      </tbody>
    </table>`,
    "Objectives",
  );
}

/** Where the predicted windows come from. */
export function predictionsTable(print: Printer): Markup {
  const { predictions } = print.run.record;
  if (predictions.length === 0) return NOTHING;
  return scrolling(
    html`<table>
      <thead>
        <tr>
          <th>predicted</th>
          <th class="n">floor</th>
          <th class="n">mean</th>
          <th class="n">ceiling</th>
          <th>because</th>
          <th>source</th>
        </tr>
      </thead>
      <tbody>
        ${predictions.map((_, position) => {
          const at = `/predictions/${position}`;
          return html`<tr>
            <th scope="row">${print.text(`${at}/of`)}</th>
            ${["floorMs", "meanMs", "ceilingMs"].map((key) => html`<td class="n">${print.num(`${at}/${key}`, "ms")}</td>`)}
            <td class="prose">${print.text(`${at}/because`)}</td>
            <td>${print.text(`${at}/source`)}</td>
          </tr>`;
        })}
      </tbody>
    </table>`,
    "Predictions",
  );
}

/** Every trial: how long it took and in which phase. */
export function trialsTable(print: Printer): Markup {
  return scrolling(
    html`<table>
      <thead>
        <tr>
          <th rowspan="2">trial</th>
          <th rowspan="2">verdict</th>
          <th rowspan="2">target</th>
          <th class="n" rowspan="2">phase</th>
          <th class="n" rowspan="2">outage</th>
          <th class="n" rowspan="2">client gap</th>
          <th class="g" colspan="${PHASES.length}">intervals</th>
          <th class="n" rowspan="2">deploy</th>
          <th class="n" rowspan="2">seed</th>
        </tr>
        <tr>
          ${PHASES.map((phase) => html`<th class="n">${phase.id}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${print.run.record.trials.map((trial, position) => {
          const at = `/trials/${position}`;
          return html`<tr>
            ${trialCell(print, position)}
            <td class="nowrap">${print.verdict(trial.verdict)}</td>
            <td>${print.text(`${at}/target`)}</td>
            <td class="n">
              ${missing(print, `${at}/phase/achieved/value`, trial.phase.achieved.reason)}
            </td>
            <td class="n strong">${missing(print, `${at}/outage/value`, trial.outage.reason)}</td>
            <td class="n">${missing(print, `${at}/clientGap/value`, trial.clientGap.reason)}</td>
            ${PHASES.map((phase) => html`<td class="n">${missing(print, `${at}/phases/${phase.id}/value`, trial.phases[phase.id].reason)}</td>`)}
            <td class="n">${print.num(`${at}/deployMs`, "ms-bare")}</td>
            <td class="n">${print.num(`${at}/seed`, "plain")}</td>
          </tr>`;
        })}
      </tbody>
    </table>`,
    "Trials",
  );
}

/** Every trial: its marks and its probes. */
export function trialMarksTable(print: Printer): Markup {
  const marks = MARKS.filter((name) => name !== "armed" && name !== "injected");
  const counts = ["sent", "failedBefore", "failedDuring", "failedAfter", "inFlightAtFault"];
  return scrolling(
    html`<table>
      <thead>
        <tr>
          <th rowspan="2">trial</th>
          <th class="g" colspan="${marks.length}">marks</th>
          <th class="g" colspan="${counts.length}">probes</th>
        </tr>
        <tr>
          ${marks.map((name) => html`<th class="n">${fixed(`P${MARKS.indexOf(name)}`)} ${name}</th>`)}
          <th class="n">sent</th>
          <th class="n">failed before</th>
          <th class="n">during</th>
          <th class="n">after</th>
          <th class="n">in flight</th>
        </tr>
      </thead>
      <tbody>
        ${print.run.record.trials.map((trial, position) => {
          const at = `/trials/${position}`;
          return html`<tr>
            ${trialCell(print, position)}${marks.map((name) => {
              const mark = trial.marks[name];
              return html`<td class="n">
                ${missing(print, `${at}/marks/${name}/atMs`, mark.atMs === null ? mark.reason : undefined)}
              </td>`;
            })}${counts.map((key) => html`<td class="n">${print.num(`${at}/probes/${key}`, "count")}</td>`)}
          </tr>`;
        })}
      </tbody>
    </table>`,
    "Marks and probes of the trials",
  );
}

function trialCell(print: Printer, position: number): Markup {
  const index = print.run.record.trials[position]?.index ?? 0;
  return html`<th scope="row">
    <a href="${`#trial-${index}`}">${print.num(`/trials/${position}/index`, "plain")}</a>
  </th>`;
}

/** A number, or a dash; the reason is in full in the trial's own section. */
function missing(print: Printer, reference: string, reason: string | undefined): Markup {
  if (reason === undefined) return print.num(reference, "ms-bare");
  return html`<span class="none" title="${reason}">${print.num(reference, "ms-bare")}</span>`;
}

/** How the probes ended, by when they were meant to start. */
export function outcomesTable(print: Printer): Markup {
  const { trials } = print.run.record;
  const seen = OUTCOMES.filter((outcome) =>
    trials.some((trial) => trial.probes.byOutcome[outcome] > 0),
  );
  if (seen.length === 0) return html`<p class="none">No probe was sent.</p>`;
  const streamed = print.run.probes.length > 0;
  const sum = (key: string): Markup => print.num(`sum:/trials/@/probes/${key}`, "count");
  return scrolling(
    html`<table>
      <thead>
        <tr>
          <th>outcome</th>
          ${
            streamed
              ? html`<th class="n">before the fault</th>
                  <th class="n">during the outage</th>
                  <th class="n">after the recovery</th>`
              : null
          }
          <th class="n">all</th>
        </tr>
      </thead>
      <tbody>
        ${seen.map(
          (outcome) =>
            html`<tr>
              <th scope="row">${outcomeKey(outcome)}</th>
              ${
                streamed
                  ? ["before", "during", "after"].map(
                      (time) =>
                        html`<td class="n">
                          ${print.num(`probes?outcome=${outcome}&when=${time}`, "count")}
                        </td>`,
                    )
                  : null
              }
              <td class="n strong">${sum(`byOutcome/${outcome}`)}</td>
            </tr>`,
        )}
        <tr class="sum">
          <th scope="row">failed</th>
          ${
            streamed
              ? html`<td class="n">${sum("failedBefore")}</td>
                  <td class="n">${sum("failedDuring")}</td>
                  <td class="n">${sum("failedAfter")}</td>`
              : null
          }
          <td class="n strong">${print.num(FAILED_PROBES, "count")}</td>
        </tr>
      </tbody>
    </table>`,
    "Outcomes",
  );
}

/** Reference of all failed probes of the run. */
export const FAILED_PROBES =
  "sum:/trials/@/probes/failedBefore+/trials/@/probes/failedDuring+/trials/@/probes/failedAfter";

/** An outcome with its colour, for tables and legends. */
export function outcomeKey(outcome: string): Markup {
  return html`<span class="${`key o-${outcome}`}" aria-hidden="true"></span
    >${outcome.replace("_", " ")}`;
}

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

/** How well the prober kept its own times: the worst and the best of the trials. */
export function qualityTable(print: Printer): Markup {
  const { verdict, trials } = print.run.record;
  const untrusted = verdict === "invalid" || trials.some((trial) => trial.verdict === "invalid");
  if (!trials.some((trial) => trial.quality !== null)) {
    return html`<p class="none">No prober reported on itself.</p>`;
  }
  return html`<p>
      ${
        untrusted
          ? html`<span class="v v-invalid">! INVALID</span> The measurement or the injection cannot
              be trusted.`
          : html`<span class="v v-pass">✓ VALID</span> No trial gave a reason to distrust the prober
              or the faults.`
      }
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
        </tbody>
      </table>`,
      "Measurement quality",
    )}`;
}

/** What the run ran on. */
export function fingerprintTable(print: Printer): Markup {
  const { fingerprint } = print.run.record;
  const at = "/fingerprint";
  const row = (name: Markup | string, value: Markup): Markup =>
    html`<tr>
      <th scope="row">${name}</th>
      <td>${value}</td>
    </tr>`;
  return scrolling(
    html`<table class="pairs">
      <tbody>
        ${row("environment", html`${print.text(`${at}/environment`)}, as ${print.text(`${at}/user`)}`)}
        ${row("kernel", print.text(`${at}/kernel`))}
        ${row("processor", html`${print.num(`${at}/cpus`, "count")} × ${print.text(`${at}/cpuModel`)}`)}
        ${row("memory", print.num(`${at}/memoryBytes`, "bytes"))}
        ${row("load average", print.num(`${at}/loadAverage1m`, "slope"))}
        ${row("stolen by the hypervisor", print.num(`${at}/stealShare`, "percent"))}
        ${row("Node", print.text(`${at}/node`))}
        ${Object.keys(fingerprint.programs).map((name) => row(fixed(name), print.text(`${at}/programs/${segment(name)}`)))}
        ${row("commit", html`${print.text(`${at}/commit`)}${fingerprint.clean === false ? " with uncommitted changes" : ""}`)}
        ${Object.keys(fingerprint.sysctls).map((name) => row(fixed(name), print.text(`${at}/sysctls/${segment(name)}`)))}
      </tbody>
    </table>`,
    "Environment",
  );
}

/** Nodes and links of the topology. */
export function topologyTable(print: Printer): Markup {
  const { topology } = print.run.record;
  return html`${scrolling(
    html`<table>
      <thead>
        <tr>
          <th>node</th>
          <th>role</th>
          <th>group</th>
          <th>address</th>
        </tr>
      </thead>
      <tbody>
        ${topology.nodes.map((_, position) => {
          const at = `/topology/nodes/${position}`;
          return html`<tr>
            <th scope="row">${print.text(`${at}/id`)}</th>
            <td>${print.text(`${at}/role`)}</td>
            <td>${print.text(`${at}/group`)}</td>
            <td>${print.text(`${at}/address`)}</td>
          </tr>`;
        })}${(topology.virtualAddress?.owners ?? []).map(
          (_, index) =>
            html`<tr>
              <th scope="row">${print.text(`/topology/virtualAddress/owners/${index}/node`)}</th>
              <td colspan="2">
                may hold the floating address, priority
                ${print.num(`/topology/virtualAddress/owners/${index}/priority`, "plain")}
              </td>
              <td>${print.text("/topology/virtualAddress/address")}</td>
            </tr>`,
        )}
      </tbody>
    </table>`,
    "Nodes",
  )}${
    topology.links.length === 0
      ? null
      : scrolling(
          html`<table>
            <thead>
              <tr>
                <th>link</th>
                <th class="n">port</th>
                <th>fault point</th>
              </tr>
            </thead>
            <tbody>
              ${topology.links.map((link, position) => {
                const at = `/topology/links/${position}`;
                return html`<tr>
                  <th scope="row">${print.text(`${at}/id`)}</th>
                  <td class="n">${print.num(`${at}/port`, "plain")}</td>
                  <td>
                    ${
                      link.via === undefined
                        ? html`<span class="none">direct</span>`
                        : html`${print.text(`${at}/via/node`)}, port
                          ${print.num(`${at}/via/listenPort`, "plain")}`
                    }
                  </td>
                </tr>`;
              })}
            </tbody>
          </table>`,
          "Links",
        )
  }`;
}

/** Verdict and reasons of everything that did not pass. */
export function reasonsList(print: Printer): Markup {
  const { record } = print.run;
  if (record.reasons.length === 0) return NOTHING;
  return html`<ul class="reasons">
    ${record.reasons.map((_, index) => html`<li>${print.text(`/reasons/${index}`)}</li>`)}
  </ul>`;
}
