import {
  blackHoleLink,
  closeLinkLate,
  delayLink,
  refuseLink,
  resetLink,
  sliceLink,
  throttleLink,
  truncateLink,
} from "../../faults/link-faults.ts";
import { stallLink } from "../../faults/stall-link.ts";
import {
  choiceOf,
  numberOf,
  numbersOf,
  type FaultWord,
  type SettingWords,
  type WantedFault,
  type WordGroup,
} from "./fault-word.ts";

const LINK = "app--store";
/** Redis answers it with a line. */
const PING = "PING\\r\\n";
/** Redis answers it with some kilobytes, and closes. */
const MUCH = "INFO\\r\\nQUIT\\r\\n";

/** A fault of a link, seen by what the far end answers to some bytes. */
function linkWord(
  about: string,
  settings: SettingWords,
  example: Readonly<Record<string, string>>,
  make: (
    link: string,
    canary: { readonly send: string },
    words: WantedFault,
  ) => ReturnType<FaultWord["make"]>,
  send = PING,
): FaultWord {
  return {
    about,
    whom: "link",
    settings: {
      ...settings,
      "send?": `what is sent to see it, default ${send}, as Redis answers`,
    },
    example: { target: LINK, settings: example },
    make: (_, words) =>
      make(words.target, { send: bytesOf(words.settings["send"] ?? send) }, words),
  };
}

const STREAM = { "stream?": "upstream or downstream, default downstream" };

/** What happens on a link that leads through a fault point. */
export const LINK_WORDS: WordGroup = {
  title: "links that lead through a fault point",
  words: {
    "stall-link": linkWord("accepts, and passes nothing on until it is healed", {}, {}, stallLink),
    "delay-link": linkWord(
      "data takes longer",
      { delayMs: "by how much", "jitterMs?": "give or take, default 0", ...STREAM },
      { delayMs: "50", jitterMs: "10" },
      (link, canary, words) =>
        delayLink(link, canary, {
          delayMs: numberOf(words, "delayMs"),
          ...numbersOf(words, "jitterMs"),
          ...streamOf(words),
        }),
    ),
    "throttle-link": linkWord(
      "carries only so many bytes a second",
      { kilobytesPerSecond: "how many thousands", ...STREAM },
      { kilobytesPerSecond: "20" },
      (link, canary, words) =>
        throttleLink(link, canary, {
          kilobytesPerSecond: numberOf(words, "kilobytesPerSecond"),
          ...streamOf(words),
        }),
      MUCH,
    ),
    "reset-link": linkWord("new connections are reset by their first bytes", {}, {}, resetLink),
    "black-hole-link": linkWord("swallows what it is given", {}, {}, blackHoleLink),
    "close-link-late": linkWord(
      "the far end's close arrives late",
      { delayMs: "by how much" },
      { delayMs: "500" },
      (link, canary, words) => closeLinkLate(link, canary, { delayMs: numberOf(words, "delayMs") }),
      MUCH,
    ),
    "slice-link": linkWord(
      "data arrives in small pieces",
      { sizeBytes: "of a piece", delayMs: "between two", ...STREAM },
      { sizeBytes: "512", delayMs: "5" },
      (link, canary, words) =>
        sliceLink(link, canary, {
          sizeBytes: numberOf(words, "sizeBytes"),
          delayMs: numberOf(words, "delayMs"),
          ...streamOf(words),
        }),
      MUCH,
    ),
    "truncate-link": linkWord(
      "connections end after so many bytes from the far end",
      { bytes: "how many" },
      { bytes: "100" },
      (link, canary, words) => truncateLink(link, canary, { bytes: numberOf(words, "bytes") }),
      MUCH,
    ),
    "refuse-link": linkWord(
      "refuses connections, and closes those that it carried",
      {},
      {},
      refuseLink,
    ),
  },
};

function streamOf(words: WantedFault): { readonly stream?: "upstream" | "downstream" } {
  if (words.settings["stream"] === undefined) return {};
  return { stream: choiceOf(words, "stream", ["upstream", "downstream"]) };
}

/** Shells make it hard to write the end of a line. */
function bytesOf(text: string): string {
  return text.replaceAll("\\r", "\r").replaceAll("\\n", "\n");
}
