import { isolateNode } from "../../faults/isolate-node.ts";
import { killNode } from "../../faults/kill-node.ts";
import { killProcess } from "../../faults/kill-process.ts";
import { pauseNode } from "../../faults/pause-node.ts";
import { pauseProcess } from "../../faults/pause-process.ts";
import { returnNode } from "../../faults/return-node.ts";
import { signalProcess } from "../../faults/signal-process.ts";
import { stopNode } from "../../faults/stop-node.ts";
import { choiceOf, textOf, tryNumberOf, type WordGroup } from "./fault-word.ts";

const STOP_GRACE_MS = 10_000;
const TAKEOVER_MS = 10_000;
const SIGNALS = ["SIGHUP", "SIGUSR1", "SIGUSR2"] as const;

/** What happens to machines and their programs. */
export const NODE_WORDS: WordGroup = {
  title: "nodes and their processes",
  words: {
    kill: {
      about: "every process of a node dies at once; its kernel still refuses",
      whom: "node",
      settings: {},
      example: { target: "app-1,app-2", settings: {} },
      make: (target) => killNode(target, { silent: false }),
    },
    "silent-kill": {
      about: "a node dies as when its power fails",
      whom: "node",
      settings: {},
      example: { target: "owner", settings: {} },
      make: (target) => killNode(target, { silent: true }),
    },
    stop: {
      about: "a node is stopped as planned",
      whom: "node",
      settings: { "graceMs?": "time to end by itself, default 10000" },
      example: { target: "lb-a", settings: { graceMs: "500" } },
      make: (target, words) =>
        stopNode(target, { graceMs: tryNumberOf(words, "graceMs") ?? STOP_GRACE_MS }),
    },
    return: {
      about: "a balancer dies silently, and comes back once its peer serves",
      whom: "balancer",
      settings: { "takeoverMs?": "what its peer may take to serve, default 10000" },
      example: { target: "owner", settings: {} },
      once: true,
      make: (target, words) =>
        returnNode(target, { takeoverMs: tryNumberOf(words, "takeoverMs") ?? TAKEOVER_MS }),
    },
    pause: {
      about: "every process of a node freezes; its kernel still accepts",
      whom: "node",
      settings: {},
      example: { target: "owner", settings: {} },
      make: (target) => pauseNode(target),
    },
    isolate: {
      about: "a node is cut off from the network, and runs on",
      whom: "node",
      settings: {},
      example: { target: "lb-a", settings: {} },
      make: (target) => isolateNode(target),
    },
    "kill-process": {
      about: "one process of a node dies",
      whom: "node",
      settings: { process: "its name" },
      example: { target: "lb-a", settings: { process: "keepalived" } },
      make: (target, words) => killProcess(target, textOf(words, "process")),
    },
    "pause-process": {
      about: "one process of a node freezes behind its open ports",
      whom: "node",
      settings: { process: "its name" },
      example: { target: "app-1", settings: { process: "backend" } },
      make: (target, words) => pauseProcess(target, textOf(words, "process")),
    },
    "signal-process": {
      about: "one process of a node is told a signal",
      whom: "node",
      settings: { process: "its name", signal: SIGNALS.join(", ") },
      example: { target: "lb-a", settings: { process: "balancer", signal: "SIGHUP" } },
      once: true,
      make: (target, words) =>
        signalProcess(target, textOf(words, "process"), choiceOf(words, "signal", SIGNALS)),
    },
  },
};
