/** Where a step is told, one line each. */
export interface Steps {
  /** It is so. */
  done(text: string): void;
  /** It is being done, and may take a while. */
  doing(text: string): void;
  /** It is not so; the text ends with the next step. */
  failed(text: string): void;
}

/** What decides how steps look. */
export interface Look {
  readonly color: boolean;
  readonly unicode: boolean;
}

/** Colour on a terminal, unless NO_COLOR is set (https://no-color.org); plain ASCII where the locale is not UTF-8. */
export function lookOf(
  isTerminal: boolean,
  env: Readonly<Record<string, string | undefined>>,
): Look {
  const noColor = env["NO_COLOR"];
  const locale = [env["LC_ALL"], env["LC_CTYPE"], env["LANG"]].find((value) => value);
  return {
    color: isTerminal && (noColor === undefined || noColor === "") && env["TERM"] !== "dumb",
    // Unset, as in most containers, says nothing of the terminal that shows it.
    unicode: locale === undefined || /utf-?8/i.test(locale),
  };
}

/** Steps as lines through `write`. */
export function stepsTo(write: (line: string) => void, look: Look): Steps {
  const line = (mark: string, ascii: string, color: number) => (text: string) => {
    const shown = look.unicode ? mark : ascii;
    write(`${look.color ? `\u001b[${color}m${shown}\u001b[39m` : shown} ${text}\n`);
  };
  return { done: line("✓", "ok", 32), doing: line("→", "->", 36), failed: line("✗", "x", 31) };
}
