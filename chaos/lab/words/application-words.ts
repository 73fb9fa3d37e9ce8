import { behave } from "../../faults/behave.ts";
import type { Behaviour } from "../../faults/behaviour/behaviour.ts";
import {
  coldBackend,
  fast5xx,
  hungService,
  leavingBackend,
  resettingService,
  slowBackend,
  unreadyService,
} from "../../faults/misbehaviours.ts";
import type { SettingWords, WantedFault, WordGroup } from "./fault-word.ts";

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
    "fast-5xx": {
      about: "a backend answers an error instead of doing the work",
      whom: "backend",
      settings: { "status?": "which, default 500", ...WHOM },
      example: { target: "app-1", settings: { status: "502", share: "0.3" } },
      make: (target, words) => fast5xx(target, behaviourOf(words)),
    },
    "slow-backend": {
      about: "a backend is slower than it was",
      whom: "backend",
      settings: { ...HOW_LONG, ...WHOM },
      example: { target: "app-1", settings: { factor: "10" } },
      make: (target, words) => slowBackend(target, behaviourOf(words)),
    },
    "cold-backend": {
      about: "the first requests of a backend are slow, as with cold caches",
      whom: "backend",
      settings: { coldRequests: "how many", factor: "so many times as slow" },
      example: { target: "app-1", settings: { coldRequests: "200", factor: "10" } },
      make: (target, words) => {
        const { coldRequests = Number.NaN, factor = Number.NaN } = behaviourOf(words);
        return coldBackend(target, { coldRequests, factor });
      },
    },
    "hung-service": {
      about: "a backend accepts requests and answers none",
      whom: "backend",
      settings: WHOM,
      example: { target: "app-1", settings: { checks: "true" } },
      make: (target, words) => hungService(target, behaviourOf(words)),
    },
    "resetting-service": {
      about: "a backend resets the connections of requests",
      whom: "backend",
      settings: WHOM,
      example: { target: "app-1", settings: { share: "0.5" } },
      make: (target, words) => resettingService(target, behaviourOf(words)),
    },
    "unready-service": {
      about: "a backend answers 503 to everything, checks too",
      whom: "backend",
      settings: {},
      example: { target: "app-1", settings: {} },
      make: (target) => unreadyService(target),
    },
    "leaving-backend": {
      about: "a backend says that it leaves, and serves on",
      whom: "backend",
      settings: {},
      example: { target: "app-1", settings: {} },
      make: (target) => leavingBackend(target),
    },
    behave: {
      about: "all of these in one: how a backend misbehaves",
      whom: "backend",
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
      example: { target: "app-1", settings: { status: "503", share: "0.5" } },
      make: (target, words) => behave(target, behaviourOf(words)),
    },
  },
};

/** What it may be and may not be is the behaviour's own affair, which tells all of it. */
function behaviourOf({ settings }: WantedFault): Behaviour {
  const values = Object.entries(settings).map(([name, text]) => [name, valueOf(text)] as const);
  return Object.fromEntries(values);
}

function valueOf(text: string): unknown {
  if (text === "true" || text === "false") return text === "true";
  return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}
