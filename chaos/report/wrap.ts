/** Text of somebody else's, such as a record's: nothing in it may steer the terminal. */
export function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, " ");
}

/**
 * Lines of at most so many columns, broken between words; a longer word stands alone.
 *
 * @param indent before the first line; the others stand as deep, or two deeper than its spaces
 */
export function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  const hanging = " ".repeat(indent.length + (indent.trim() === "" ? 2 : 0));
  let line = indent;
  let empty = true;
  for (const word of text.split(" ")) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = hanging + word;
    } else {
      line += empty ? word : ` ${word}`;
    }
    empty = false;
  }
  lines.push(line);
  return lines;
}
