import { ecdfCard } from "./ecdf-card.ts";
import { html, NOTHING, type Markup } from "./markup.ts";
import { percentileCard } from "./percentile-card.ts";
import type { Printer } from "./printer.ts";

/** Width of a plot that has the page to itself, and of one that shares it with another, pixels. */
const WHOLE = 1060;
const HALF = 492;

/** How the trials and the answers are distributed: beside each other when there are both. */
export function distributionCards(print: Printer): Markup {
  const halves = [ecdfCard, percentileCard].map((draw) => ({ draw, half: draw(print, HALF) }));
  const shown = halves.filter(({ half }) => half !== NOTHING);
  if (shown.length < 2) return html`${shown.map(({ draw }) => draw(print, WHOLE))}`;
  return html`<div class="two">${shown.map(({ half }) => half)}</div>`;
}
