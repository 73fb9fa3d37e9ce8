import { html, type Markup } from "./markup.ts";

/** A section of the report, reachable by its id. */
export function card(id: string, title: string, body: Markup): Markup {
  return html`<section class="card" id="${id}">
    <h2>${title}</h2>
    ${body}
  </section>`;
}

/** The same drawing laid out for a desk and for a telephone; the style shows one of them. */
export function bothWidths(draw: (width: number) => Markup, wide: number): Markup {
  return html`<div class="wide">${draw(wide)}</div>
    <div class="narrow">${draw(340)}</div>`;
}
