import { pauseWrites } from "../../faults/pause-writes.ts";
import { starveCpu } from "../../faults/starve-cpu.ts";
import { numberOf, numbersOf, type WordGroup } from "./fault-word.ts";

/** What happens to what nodes live on. */
export const RESOURCE_WORDS: WordGroup = {
  title: "processors and session stores",
  words: {
    "starve-cpu": {
      about: "busy loops on a node compete for the processor",
      whom: "node",
      settings: { loops: "how many", "atMostMs?": "they end by themselves, default 60000" },
      example: { target: "app-1", settings: { loops: "4" } },
      make: (target, words) =>
        starveCpu(target, { loops: numberOf(words, "loops"), ...numbersOf(words, "atMostMs") }),
    },
    "pause-writes": {
      about: "a session store answers reads, and holds writes back",
      whom: "store",
      settings: { "port?": "of its Redis, default 6379" },
      example: { target: "store", settings: {} },
      make: (target, words) => pauseWrites(target, numbersOf(words, "port")),
    },
  },
};
