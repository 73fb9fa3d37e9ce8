import { VERDICT_WORDS } from "../format.ts";
import { html, NOTHING, type Markup } from "./markup.ts";
import { fixed, when, type Printer } from "./printer.ts";

/** The top of the report: verdict, the scenario's sentence, and the reasons when it did not pass. */
export function head(print: Printer): Markup {
  const { record, notes } = print.run;
  const { verdict } = record;
  const words = verdict === null ? null : VERDICT_WORDS[verdict];
  return html`<header class="page">
    <div>
      <span class="${`badge v v-${verdict ?? "none"}`}"
        ><span aria-hidden="true">${words?.sign ?? "…"}</span>${words?.word ?? "not judged"}</span
      >${when(
        record.scenario.controlWithout !== null,
        () =>
          html`<span class="control"
            >control: without ${print.text("/scenario/controlWithout")}</span
          >`,
      )}
    </div>
    <h1>${print.text("/scenario/sentence")}</h1>
    <p class="lead">${sentence(print)}</p>
    ${reasonsList(print)} ${notes.map((note) => html`<p class="note">${fixed(note)}</p>`)}
    <p class="run">
      <span>${print.text("/scenario/id")}</span
      ><span
        >${print.num("tally:/trials/@/repeats=null", "count")} of
        ${print.num("/trialsPlanned", "count")} trials</span
      >${when(
        record.trials.some(({ repeats }) => repeats !== null),
        () =>
          html`<span>${print.num("tally:/trials/@/repeats!=null", "count")} measured again</span>`,
      )}${when(record.durationMs !== null, () => html`<span>${print.num("/durationMs", "duration")}</span>`)}<span
        >seed ${print.num("/seed", "plain")}</span
      ><span>started ${print.text("/startedAt")}</span>
    </p>
  </header>`;
}

/** The verdict as one sentence. */
function sentence(print: Printer): Markup {
  const { record } = print.run;
  if (record.verdict === null) return html`The run has not ended, so it is not judged.`;
  const meaning = VERDICT_WORDS[record.verdict].meaning;
  const tally = html` ${print.num("tally:/trials/@/verdict=pass", "count")} of
  ${print.num("tally:/trials/@/repeats=null", "count")} trials passed.`;
  return html`${meaning}${record.trials.length === 0 ? NOTHING : tally}${when(
    record.scenario.controlWithout !== null,
    () =>
      record.verdict === "fail"
        ? html` This is the control, and it has to fail: without
          ${print.text("/scenario/controlWithout")} the sentence is not true.`
        : html` This is the control. It has to fail, or the scenario proves nothing.`,
  )}`;
}

/** Verdict and reasons of everything that did not pass. */
export function reasonsList(print: Printer): Markup {
  const { record } = print.run;
  if (record.reasons.length === 0) return NOTHING;
  return html`<ul class="reasons">
    ${record.reasons.map((_, index) => html`<li>${print.text(`/reasons/${index}`)}</li>`)}
  </ul>`;
}
