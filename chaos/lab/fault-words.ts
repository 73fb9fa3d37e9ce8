import type { Topology } from "../../stacks/topology.ts";
import { UnknownName } from "../environment/errors.ts";
import { WrongUse } from "../errors.ts";
import { behave } from "../faults/behave.ts";
import type { Behaviour } from "../faults/behaviour/behaviour.ts";
import type { Fault } from "../faults/fault.ts";
import { killNode } from "../faults/kill-node.ts";
import { killProcess } from "../faults/kill-process.ts";
import { drainBackend } from "../faults/operations.ts";
import { pauseProcess } from "../faults/pause-process.ts";
import { stallLink } from "../faults/stall-link.ts";
import { stopNode } from "../faults/stop-node.ts";
import { addressOwner, node, type Target } from "../faults/target.ts";

/** A fault in words, as it is asked for on a command line. */
export interface WantedFault {
  /** One of `FAULT_WORDS`. */
  readonly name: string;
  /** Id of a node or link, or `owner` for the node that holds the floating address. */
  readonly target: string;
  /** `key=value` words. */
  readonly settings: Readonly<Record<string, string>>;
}

/** A fault that can be asked for in words. */
interface FaultWord {
  /** What it does, in one line. */
  readonly about: string;
  /** Its settings with their meaning; a name that ends with `?` may be left out. */
  readonly settings: Readonly<Record<string, string>>;
  readonly make: (target: Target, words: WantedFault) => Fault;
}

const STOP_GRACE_MS = 10_000;

/** Every fault that can be asked for in words. */
export const FAULT_WORDS: Readonly<Record<string, FaultWord>> = {
  kill: {
    about: "every process of a node dies at once; its kernel still refuses",
    settings: {},
    make: (target) => killNode(target, { silent: false }),
  },
  "silent-kill": {
    about: "a node dies as when its power fails",
    settings: {},
    make: (target) => killNode(target, { silent: true }),
  },
  stop: {
    about: "a node is stopped as planned",
    settings: { "graceMs?": "time to end by itself, default 10000" },
    make: (target, words) =>
      stopNode(target, { graceMs: numberOf(words, "graceMs") ?? STOP_GRACE_MS }),
  },
  "kill-process": {
    about: "one process of a node dies",
    settings: { process: "its name" },
    make: (target, words) => killProcess(target, textOf(words, "process")),
  },
  "pause-process": {
    about: "one process of a node freezes behind its open ports",
    settings: { process: "its name" },
    make: (target, words) => pauseProcess(target, textOf(words, "process")),
  },
  behave: {
    about: "a backend answers errors, slowly, or not at all",
    settings: {
      "status?": "answers this status",
      "serviceMs?": "takes this long",
      "factor?": "takes so many times as long",
      "hang?": "true: accepts and never answers",
      "reset?": "true: resets connections",
      "share?": "of the requests, 0 to 1",
      "checks?": "true: health checks too; only: nothing else",
      "coldRequests?": "only the first so many",
      "inARow?": "so many requests in a row, then not one",
      "livez?": "false: the liveness check fails",
      "leaving?": "true: says that it leaves",
    },
    make: (target, words) => behave(target, behaviourOf(words)),
  },
  drain: {
    about: "an operator has a balancer drain a backend",
    settings: {
      pool: "id of the pool",
      backend: "id of the backend",
      "deadlineMs?": "until what is left is cut",
    },
    make: (target, words) => {
      const deadlineMs = numberOf(words, "deadlineMs");
      return drainBackend(
        target,
        { pool: textOf(words, "pool"), backend: textOf(words, "backend") },
        deadlineMs === undefined ? {} : { deadlineMs },
      );
    },
  },
  "stall-link": {
    about: "a link through a fault point accepts and passes nothing on",
    settings: { "send?": "what is sent to see it, default PING and a line end, as Redis answers" },
    make: (_, words) => stallLink(words.target, { send: words.settings["send"] ?? "PING\r\n" }),
  },
};

/**
 * The fault that is asked for.
 *
 * @throws UnknownName or WrongUse, which say what there is
 */
export function faultOf(words: WantedFault, topology: Topology): Fault {
  const word = Object.hasOwn(FAULT_WORDS, words.name) ? FAULT_WORDS[words.name] : undefined;
  if (word === undefined) throw new UnknownName("fault", words.name, Object.keys(FAULT_WORDS));
  const all = Object.keys(word.settings);
  const known = all.map((name) => name.replace("?", ""));
  const unknown = Object.keys(words.settings).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new UnknownName(`setting of ${words.name}`, unknown, known);
  const missing = all.filter((name) => !name.endsWith("?") && words.settings[name] === undefined);
  if (missing.length > 0) {
    throw new WrongUse(
      `${words.name} needs ${missing.join(" and ")}`,
      `Add ${missing.map((name) => `${name}=…`).join(" ")}.`,
    );
  }
  const target = words.target === "owner" ? addressOwner : node(words.target);
  const fault = word.make(target, words);
  fault.check(topology);
  return fault;
}

function textOf({ settings }: WantedFault, name: string): string {
  return settings[name] ?? "";
}

function numberOf({ name: fault, settings }: WantedFault, name: string): number | undefined {
  const text = settings[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text !== "" && Number.isFinite(value) && value >= 0) return value;
  throw new WrongUse(`${name}=${text} of ${fault} is no number`, "Use one of 0 or more.");
}

/** What it may be and may not be is the behaviour's own affair, which tells all of it. */
function behaviourOf({ settings }: WantedFault): Behaviour {
  const values = Object.entries(settings).map(([name, text]) => [name, valueOf(text)] as const);
  return Object.fromEntries(values);
}

function valueOf(text: string): unknown {
  if (text === "true" || text === "false") return text === "true";
  return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}
