import { html, type Markup } from "./markup.ts";

/** A table that scrolls inside its own box. */
export function scrolling(table: Markup, label: string): Markup {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${label}">${table}</div>`;
}
