/**
 * What the engine says to the program that runs commands inside a node, and what it answers: one JSON
 * value a line.
 */
export type CommandRequest =
  | {
      readonly id: number;
      readonly kind: "run";
      readonly command: Command;
      /** Run at the latest when the program ends, also because the engine died. */
      readonly undo: { readonly key: string; readonly command: Command } | null;
      /** Run at this time on CLOCK_MONOTONIC. */
      readonly atNs: string | null;
    }
  /** Runs what undoes the command of that key. */
  | { readonly id: number; readonly kind: "undo"; readonly key: string };

/** A program that ends by itself. */
export interface Command {
  readonly argv: readonly string[];
  /** What it reads. @default "" */
  readonly input?: string;
}

/** A command that has ended; stamps are taken right before its start and after its end. */
export interface CommandDone {
  readonly kind: "done";
  readonly id: number;
  readonly fromNs: string;
  readonly toNs: string;
  /** Null when a signal ended it. */
  readonly code: number | null;
  /** What it wrote, errors too. */
  readonly output: string;
}
