import { VERDICT_WORDS } from "../format.ts";
import { html, NOTHING, type Markup } from "./markup.ts";
import { when, type Printer } from "./printer.ts";
import { trialSection } from "./trial-section.ts";
import { representativeTrial, seenTrials, type SeenTrial } from "./trial-streams.ts";

/**
 * Characters of markup that all trials together may take with their tables, and with their timelines: the
 * report of a hundred trials has to open in a browser.
 */
const MOST_WITH_TABLES = 1_200_000;
const MOST_WITH_TIMELINES = 3_000_000;

/** The timelines of the trials, of which one is shown at a time. */
export function trialsCard(print: Printer): Markup {
  const seen = seenTrials(print.run);
  const first = seen[representativeTrial(print.run)] ?? seen[0];
  if (first === undefined) return NOTHING;
  const sections = sectionsOf(print, seen, first);
  return html`<section class="card" id="timeline">
    <h2>What happened when</h2>
    <p class="caption">
      One trial on one clock.
      ${seen.length < 2 || (print.run.record.outage?.max ?? 0) === 0 ? "The" : "The trial shown first is the one whose outage is the median; the"}
      shaded stretch is the time during which the fault was active. Heartbeats and passing checks of
      nodes that nothing happened to are not
      drawn.${when(
        sections.some(({ source }) => source.includes('class="usual"')),
        () =>
          html` Answered is a backend's share of the answers: the dashes are its share before the
          fault, grey differs from it by no more than chance, and a line over it is what its slow
          start is configured to give.`,
      )}
    </p>
    ${when(
      seen.length > 1,
      () =>
        html`<ul class="switcher" data-first="${`trial-${first.trial.index}`}">
          ${seen.map(
            ({ trial, position }) =>
              html`<li>
                <a href="${`#trial-${trial.index}`}"
                  >${trial.verdict === "pass" ? null : html`<span class="bad" aria-hidden="true">${VERDICT_WORDS[trial.verdict].sign}</span>`}${print.num(`/trials/${position}/index`, "plain")}</a
                >
              </li>`,
          )}
        </ul>`,
    )}
    ${sections}
  </section>`;
}

/**
 * The sections of all trials in their order. The one shown first and those that did not pass are told in
 * full before the others are, as long as there is room.
 */
function sectionsOf(print: Printer, seen: readonly SeenTrial[], first: SeenTrial): Markup[] {
  const urgency = (one: SeenTrial): number =>
    one === first ? 0 : one.trial.verdict === "pass" ? 2 : 1;
  const sections = new Map<SeenTrial, Markup>();
  let spent = 0;
  let room = true;
  for (const one of seen.toSorted((a, b) => urgency(a) - urgency(b))) {
    let section: Markup = room ? trialSection(print, one, "full") : NOTHING;
    room &&= spent + section.source.length <= MOST_WITH_TABLES;
    if (!room) section = trialSection(print, one, "timeline");
    if (spent + section.source.length > MOST_WITH_TIMELINES) {
      section = trialSection(print, one, "marks");
    }
    spent += section.source.length;
    sections.set(one, section);
  }
  return seen.map((one) => sections.get(one) ?? NOTHING);
}
