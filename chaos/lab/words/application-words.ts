import { behave } from "../../faults/behave.ts";
import type { Behaviour } from "../../faults/behaviour/behaviour.ts";
import type { Fault } from "../../faults/fault.ts";
import {
  coldBackend,
  fast5xx,
  hungService,
  leavingBackend,
  resettingService,
  slowBackend,
  unreadyService,
} from "../../faults/misbehaviours.ts";
import type { Target } from "../../faults/target.ts";
import type { FaultWord, SettingWords, WantedFault, WordGroup } from "./fault-word.ts";

const HOW_LONG = {
  "serviceMs?": "takes this long",
  "factor?": "takes so many times as long",
} satisfies SettingWords;
const WHOM = {
  "share?": "of the requests, 0 to 1",
  "checks?": "true: health checks too; only: nothing else",
} satisfies SettingWords;

/** How a backend's application misbehaves while its process runs. */
export const APPLICATION_WORDS: WordGroup = {
  title: "applications of backends",
  words: {
    "fast-5xx": misbehaviour({
      about: "a backend answers an error instead of doing the work",
      settings: { "status?": "which, default 500", ...WHOM },
      example: { status: "502", share: "0.3" },
      fault: fast5xx,
    }),
    "slow-backend": misbehaviour({
      about: "a backend is slower than it was",
      settings: { ...HOW_LONG, ...WHOM },
      example: { factor: "10" },
      fault: slowBackend,
    }),
    "cold-backend": misbehaviour({
      about: "the first requests of a backend are slow, as with cold caches",
      settings: { coldRequests: "how many", factor: "so many times as slow" },
      example: { coldRequests: "200", factor: "10" },
      fault: (target, { coldRequests = Number.NaN, factor = Number.NaN }) =>
        coldBackend(target, { coldRequests, factor }),
    }),
    "hung-service": misbehaviour({
      about: "a backend accepts requests and answers none",
      settings: WHOM,
      example: { checks: "true" },
      fault: hungService,
    }),
    "resetting-service": misbehaviour({
      about: "a backend resets the connections of requests",
      settings: WHOM,
      example: { share: "0.5" },
      fault: resettingService,
    }),
    "unready-service": misbehaviour({
      about: "a backend answers 503 to everything, checks too",
      fault: unreadyService,
    }),
    "leaving-backend": misbehaviour({
      about: "a backend says that it leaves, and serves on",
      fault: leavingBackend,
    }),
    behave: misbehaviour({
      about: "all of these in one: how a backend misbehaves",
      settings: {
        "status?": "answers this status",
        ...HOW_LONG,
        "hang?": "true: accepts and never answers",
        "reset?": "true: resets connections",
        ...WHOM,
        "coldRequests?": "only the first so many",
        "inARow?": "so many requests in a row, then not one",
        "livez?": "false: the liveness check fails",
        "leaving?": "true: says that it leaves",
      },
      example: { status: "503", share: "0.5" },
      fault: (target, behaviour) => behave(target, behaviour),
    }),
  },
};

/** A word whose settings are those of a behaviour, and what it is done with. */
interface Misbehaviour {
  readonly about: string;
  /** @default none */
  readonly settings?: SettingWords;
  /** @default none */
  readonly example?: WantedFault["settings"];
  readonly fault: (target: Target, behaviour: Behaviour) => Fault;
}

function misbehaviour({ about, settings = {}, example = {}, fault }: Misbehaviour): FaultWord {
  return {
    about,
    whom: "backend",
    settings,
    example: { target: "app-1", settings: example },
    make: (target, words) => fault(target, behaviourOf(words)),
  };
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
