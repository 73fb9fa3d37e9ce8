import { UnknownName } from "../../environment/errors.ts";
import { WrongUse } from "../../errors.ts";
import type { Fault } from "../../faults/fault.ts";
import type { Target } from "../../faults/target.ts";

/** A fault in words, as it is asked for on a command line. */
export interface WantedFault {
  /** One of `FAULT_WORDS`. */
  readonly name: string;
  /**
   * Id of a node or link, or `owner` for the node that holds the floating address. Several, separated by
   * commas, are hurt at the same moment.
   */
  readonly target: string;
  /** `key=value` words. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Settings with their meaning; a name that ends with `?` may be left out. */
export type SettingWords = Readonly<Record<string, string>>;

/** What a fault is done to, for people, and how its target is read. */
export type Whom = "node" | "backend" | "balancer" | "store" | "link" | "balancers";

/** A fault that can be asked for in words. */
export interface FaultWord {
  /** What it does, in one line. */
  readonly about: string;
  /** A link is named by its id, `balancers` are all of them at once; everything else is a node. */
  readonly whom: Whom;
  readonly settings: SettingWords;
  /** Words that make sense on the ready-made topology `active-passive`. */
  readonly example: Omit<WantedFault, "name">;
  /** Whether it is over once it was injected, so that there is nothing to heal. @default false */
  readonly once?: true;
  readonly make: (target: Target, words: WantedFault) => Fault;
}

/** Words of one kind, for the help text. */
export interface WordGroup {
  /** For a heading: `nodes and their processes`. */
  readonly title: string;
  readonly words: Readonly<Record<string, FaultWord>>;
}

/** A setting as it was written; empty when it is not there. */
export function textOf({ settings }: WantedFault, name: string): string {
  return settings[name] ?? "";
}

/** @throws WrongUse when it is no number of 0 or more */
export function tryNumberOf(
  { name: fault, settings }: WantedFault,
  name: string,
): number | undefined {
  const text = settings[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text !== "" && Number.isFinite(value) && value >= 0) return value;
  throw new WrongUse(`${name}=${text} of ${fault} is no number`, "Use one of 0 or more.");
}

/** The same of a setting that must be there; whether it fits is the fault's own affair. */
export function numberOf(words: WantedFault, name: string): number {
  return tryNumberOf(words, name) ?? Number.NaN;
}

/** Those of these settings that were given, by their names. @throws WrongUse for one that is no number */
export function numbersOf<N extends string>(
  words: WantedFault,
  ...names: readonly N[]
): Partial<Record<N, number>> {
  const given = names.flatMap((name) => {
    const value = tryNumberOf(words, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(given) as Partial<Record<N, number>>;
}

/**
 * A setting that must be one of some words.
 *
 * @throws UnknownName that lists them
 */
export function choiceOf<C extends string>(
  words: WantedFault,
  name: string,
  choices: readonly C[],
): C {
  const text = textOf(words, name);
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw new UnknownName(name, text, choices, `of ${words.name}`);
  return found;
}

/** A list that is separated by commas. */
export function listOf(text: string): readonly string[] {
  return text.split(",").map((one) => one.trim());
}
