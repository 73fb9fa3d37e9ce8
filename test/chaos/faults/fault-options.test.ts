import { expect, test } from "vitest";
import { delayPackets } from "../../../chaos/faults/delay-packets.ts";
import {
  closeLinkLate,
  delayLink,
  sliceLink,
  throttleLink,
  truncateLink,
} from "../../../chaos/faults/link-faults.ts";
import { dropPort, losePackets, partition } from "../../../chaos/faults/packet-faults.ts";
import { resetConnections } from "../../../chaos/faults/reset-connections.ts";
import { starveCpu } from "../../../chaos/faults/starve-cpu.ts";
import { node } from "../../../chaos/faults/target.ts";
import { activePassive } from "../../../stacks/topologies/active-passive.ts";

const LINK = "app--store";
const PING = { send: "PING\r\n" };
const STORE = node("store");

test.each([
  ["delayLink: delayMs is 0", () => delayLink(LINK, PING, { delayMs: 0 })],
  ["delayLink: jitterMs is 11", () => delayLink(LINK, PING, { delayMs: 10, jitterMs: 11 })],
  ["delayLink: jitterMs is NaN", () => delayLink(LINK, PING, { delayMs: 10, jitterMs: NaN })],
  ["kilobytesPerSecond is 0", () => throttleLink(LINK, PING, { kilobytesPerSecond: 0 })],
  ["closeLinkLate: delayMs is -1", () => closeLinkLate(LINK, PING, { delayMs: -1 })],
  ["sliceLink: sizeBytes is 0", () => sliceLink(LINK, PING, { sizeBytes: 0, delayMs: 1 })],
  ["sliceLink: delayMs is 0", () => sliceLink(LINK, PING, { sizeBytes: 9, delayMs: 0 })],
  ["truncateLink: bytes is Infinity", () => truncateLink(LINK, PING, { bytes: Infinity })],
  ["dropPort: port is 0", () => dropPort(STORE, { port: 0 })],
  ["dropPort: port is 65536", () => dropPort(STORE, { port: 65_536 })],
  ["losePackets: share is 0", () => losePackets(STORE, { share: 0 })],
  ["losePackets: share is 1.1", () => losePackets(STORE, { share: 1.1 })],
  ["partition: it is from nobody", () => partition(STORE, [])],
  ["delayPackets: delayMs is 0", () => delayPackets(STORE, { delayMs: 0 })],
  ["starveCpu: loops is 0", () => starveCpu(STORE, { loops: 0 })],
  ["atMostMs 0", () => starveCpu(STORE, { loops: 1, atMostMs: 0 })],
  ["resetConnections: port is 1.5", () => resetConnections(STORE, { port: 1.5 })],
])("refused: %s", (message, make) => {
  expect(make).toThrow(RangeError);
  expect(make).toThrow(message);
});

test("links and nodes that are not there are told with those that are", () => {
  const { topology } = activePassive();
  expect(() => delayLink("app--nothing", PING, { delayMs: 9 }).check(topology)).toThrow(
    /app--nothing.*app--store/s,
  );
  expect(() => partition(STORE, ["lb-z"]).check(topology)).toThrow(/lb-z.*lb-a/s);
});
