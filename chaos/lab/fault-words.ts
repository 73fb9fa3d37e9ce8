import type { Topology } from "../../stacks/topology.ts";
import { UnknownName } from "../environment/errors.ts";
import { WrongUse } from "../errors.ts";
import type { Fault } from "../faults/fault.ts";
import { addressOwner, node } from "../faults/target.ts";
import { together } from "../faults/together.ts";
import { APPLICATION_WORDS } from "./words/application-words.ts";
import { listOf, type FaultWord, type WantedFault, type WordGroup } from "./words/fault-word.ts";
import { LINK_WORDS } from "./words/link-words.ts";
import { NETWORK_WORDS } from "./words/network-words.ts";
import { NODE_WORDS } from "./words/node-words.ts";
import { OPERATION_WORDS } from "./words/operation-words.ts";
import { RESOURCE_WORDS } from "./words/resource-words.ts";

/** Every fault that can be asked for in words, as the help text shows them. */
export const WORD_GROUPS: readonly WordGroup[] = [
  NODE_WORDS,
  APPLICATION_WORDS,
  OPERATION_WORDS,
  LINK_WORDS,
  NETWORK_WORDS,
  RESOURCE_WORDS,
];

/** The same by their names. */
export const FAULT_WORDS: Readonly<Record<string, FaultWord>> = Object.assign(
  {},
  ...WORD_GROUPS.map(({ words }) => words),
) as Readonly<Record<string, FaultWord>>;

/**
 * The fault that is asked for. Of several targets it happens to all of them at the same moment.
 *
 * @throws UnknownName or WrongUse, which say what there is, and what the fault itself refuses
 */
export function faultOf(words: WantedFault, topology: Topology): Fault {
  const word = wordOf(words);
  checkSettings(words, word);
  const targets = word.whom === "balancers" ? [words.target] : listOf(words.target);
  const faults = targets.map((target) => {
    const whom = target === "owner" ? addressOwner : node(target);
    return word.make(whom, { ...words, target });
  });
  const [only, ...others] = faults;
  const fault = only !== undefined && others.length === 0 ? only : together(faults);
  fault.check(topology);
  return fault;
}

/** Whether the fault is over once it was injected, so that nothing is left to heal. @throws UnknownName */
export function isOver(words: WantedFault): boolean {
  return wordOf(words).once === true;
}

function wordOf({ name }: WantedFault): FaultWord {
  const word = Object.hasOwn(FAULT_WORDS, name) ? FAULT_WORDS[name] : undefined;
  if (word === undefined) throw new UnknownName("fault", name, Object.keys(FAULT_WORDS));
  return word;
}

function checkSettings({ name, settings }: WantedFault, word: FaultWord): void {
  const all = Object.keys(word.settings);
  const known = all.map((key) => key.replace("?", ""));
  const unknown = Object.keys(settings).find((key) => !known.includes(key));
  if (unknown !== undefined) throw new UnknownName("setting", unknown, known, `of ${name}`);
  const missing = all.filter((key) => !key.endsWith("?") && settings[key] === undefined);
  if (missing.length > 0) {
    throw new WrongUse(
      `${name} needs ${missing.join(" and ")}`,
      `Add ${missing.map((key) => `${key}=…`).join(" ")}.`,
    );
  }
}
