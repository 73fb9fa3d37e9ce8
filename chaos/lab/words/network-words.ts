import { delayPackets } from "../../faults/delay-packets.ts";
import { deafToVrrp, dropPort, losePackets, partition } from "../../faults/packet-faults.ts";
import { resetConnections } from "../../faults/reset-connections.ts";
import { splitBrain } from "../../faults/split-brain.ts";
import { choiceOf, listOf, numberOf, numbersOf, textOf, type WordGroup } from "./fault-word.ts";

/** What happens between a node and its network. */
export const NETWORK_WORDS: WordGroup = {
  title: "packets and connections of nodes",
  words: {
    "drop-port": {
      about: "a port of a node is silent, both ways",
      whom: "node",
      settings: { port: "its number", "protocol?": "tcp or udp, default tcp" },
      example: { target: "app-1", settings: { port: "8080" } },
      make: (target, words) =>
        dropPort(target, {
          port: numberOf(words, "port"),
          ...(words.settings["protocol"] === undefined
            ? {}
            : { protocol: choiceOf(words, "protocol", ["tcp", "udp"]) }),
        }),
    },
    "lose-packets": {
      about: "so many of the packets of a node are lost, both ways",
      whom: "node",
      settings: { share: "above 0, at most 1" },
      example: { target: "app-1", settings: { share: "0.1" } },
      make: (target, words) => losePackets(target, { share: numberOf(words, "share") }),
    },
    "delay-packets": {
      about: "every packet that a node sends is late; needs the kernel's netem",
      whom: "node",
      settings: { delayMs: "by how much", "jitterMs?": "give or take, default 0" },
      example: { target: "app-1", settings: { delayMs: "20", jitterMs: "5" } },
      make: (target, words) =>
        delayPackets(target, {
          delayMs: numberOf(words, "delayMs"),
          ...numbersOf(words, "jitterMs"),
        }),
    },
    partition: {
      about: "a node and some others do not reach each other",
      whom: "node",
      settings: { from: "ids of the others, separated by commas" },
      example: { target: "lb-a", settings: { from: "app-1,app-2" } },
      make: (target, words) => partition(target, listOf(textOf(words, "from"))),
    },
    "deaf-to-vrrp": {
      about: "a balancer hears no VRRP adverts; its own are heard",
      whom: "balancer",
      settings: {},
      example: { target: "lb-b", settings: {} },
      make: (target) => deafToVrrp(target),
    },
    "split-brain": {
      about: "balancers do not hear each other's adverts, so that each takes the address",
      whom: "balancers",
      settings: {},
      example: { target: "lb-a,lb-b", settings: {} },
      make: (_, words) => splitBrain(listOf(words.target)),
    },
    "reset-connections": {
      about: "open connections from and to a port of a node are reset; new ones are not",
      whom: "node",
      settings: { port: "its number" },
      example: { target: "lb-a", settings: { port: "8080" } },
      once: true,
      make: (target, words) => resetConnections(target, { port: numberOf(words, "port") }),
    },
  },
};
