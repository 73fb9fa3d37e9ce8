/**
 * HTML and SVG by tagged templates. Strings are escaped; a bare number is accepted inside a tag
 * (a coordinate) and refused in text, because every number a reader sees is printed from a
 * reference (`printer.ts`).
 */
export class Markup {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/** What may stand in a template. Lists are joined, null is nothing. */
export type Part = Markup | string | number | null | readonly Part[];

/** Text that is safe between tags and in quoted attributes. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "");
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Nothing. */
export const NOTHING = new Markup("");

/**
 * Markup from a template.
 *
 * @throws TypeError when a number stands in text
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let source = "";
  let insideTag = false;
  for (const [index, string] of withoutIndentation(strings).entries()) {
    source += string;
    const opened = string.lastIndexOf("<");
    const closed = string.lastIndexOf(">");
    if (opened !== closed) insideTag = opened > closed;
    if (index < parts.length) source += print(parts[index] ?? null, insideTag);
  }
  return new Markup(source);
}

/** What was written with each template; a template is one object however often it is used. */
const compacted = new WeakMap<TemplateStringsArray, readonly string[]>();

/** Indentation is for who writes a template; to a reader of HTML it is one space like the line break. */
function withoutIndentation(strings: TemplateStringsArray): readonly string[] {
  const known = compacted.get(strings);
  if (known !== undefined) return known;
  const compact = strings.map((string) => string.replace(/\s*\n\s*/g, "\n"));
  compacted.set(strings, compact);
  return compact;
}

function print(part: Part, insideTag: boolean): string {
  if (part === null) return "";
  if (part instanceof Markup) return part.source;
  if (typeof part === "string") return escape(part);
  if (typeof part === "number") {
    if (insideTag) return String(Math.round(part * 100) / 100);
    throw new TypeError(`The number ${part} stands in text. Print it from its reference.`);
  }
  return part.map((one) => print(one, insideTag)).join("");
}
