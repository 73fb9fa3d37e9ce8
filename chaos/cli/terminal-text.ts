/**
 * What is rendered for a terminal, with ordinary spaces in place of those that do not break. These have kept
 * number and unit on one line, and are done: whoever searches what was printed for `12.5 ms` types an
 * ordinary one.
 */
export function terminalText(rendered: string): string {
  return rendered.replaceAll("\u00a0", " ");
}
