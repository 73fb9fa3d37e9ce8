import type { EventSink } from "../../../balancer/index.ts";

/**
 * What the node agent sees on its network, told as events: each observer is a program that prints
 * a line whenever something happens, and a pure parser of that line.
 */
export interface Observer {
  readonly name: string;
  readonly argv: readonly string[];
  /** Which of the program's streams carries the lines. */
  readonly stream: "stdout" | "stderr";
  readonly parse: (line: string, emit: EventSink, clock: WallClock) => void;
}

/** Converts stamps of the wall clock, which foreign programs use. */
export interface WallClock {
  /** CLOCK_MONOTONIC − CLOCK_REALTIME in nanoseconds. */
  readonly offsetNs: bigint;
}

/**
 * The offset between the two clocks, to a few microseconds: the wall clock is read only to the
 * millisecond, so each reading waits for it to tick. Being interrupted only makes an offset too
 * large, so the smallest of several is the best.
 *
 * @param readings how often to look, 1 ms each; default 5
 */
export function measureWallClock(readings = 5): WallClock {
  let smallest: bigint | undefined;
  for (let index = 0; index < readings; index += 1) {
    const before = Date.now();
    let now = before;
    while (now === before) now = Date.now();
    const offsetNs = process.hrtime.bigint() - BigInt(now) * 1_000_000n;
    if (smallest === undefined || offsetNs < smallest) smallest = offsetNs;
  }
  return { offsetNs: smallest ?? 0n };
}

const ADDRESS =
  /^(?<deleted>Deleted )?\d+: (?<device>\S+)\s+inet (?<address>[\d.]+)(?:\/(?<prefix>\d+))?/;

/** Addresses that come and go: `ip -o -4 monitor address`. */
export const addressObserver: Observer = {
  name: "addresses",
  argv: ["ip", "-o", "-4", "monitor", "address"],
  stream: "stdout",
  parse: (line, emit) => {
    const groups = ADDRESS.exec(line)?.groups;
    if (groups === undefined) return;
    emit(groups["deleted"] === undefined ? "address.added" : "address.removed", {
      address: groups["address"],
      device: groups["device"],
    });
  },
};

const NEIGHBOUR =
  /^(?<deleted>Deleted )?(?<address>[\d.]+) dev (?<device>\S+)(?: lladdr (?<mac>[\da-f:]+))?(?:.* (?<state>[A-Z]+))?\s*$/;

/** The neighbour table: `ip -o -4 monitor neigh`. A change of MAC is how a client sees an address move. */
export const neighbourObserver: Observer = {
  name: "neighbours",
  argv: ["ip", "-o", "-4", "monitor", "neigh"],
  stream: "stdout",
  parse: (line, emit) => {
    const groups = NEIGHBOUR.exec(line)?.groups;
    if (groups === undefined) return;
    emit("neighbour.changed", {
      address: groups["address"],
      mac: groups["mac"] ?? null,
      state: groups["deleted"] === undefined ? (groups["state"] ?? null) : "DELETED",
    });
  },
};

const SOCAT_HEAD = /^[<>] (\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d)\.(\d+)/;
/** VRRP adverts follow their IPv4 header: version and type, router id, priority. */
const VRRP_BYTES = /^ ?([\da-f]{2}(?: [\da-f]{2})*)/;

/**
 * VRRP adverts on the wire: socat prints a time stamp line and then the packet in hexadecimal.
 *
 * @see RFC 9568 §5.2 for the fields
 */
export function advertObserver(): Observer {
  let stamp: bigint | undefined;
  return {
    name: "adverts",
    argv: ["socat", "-u", "-x", "IP4-RECV:112", "/dev/null"],
    stream: "stderr",
    parse: (line, emit, clock) => {
      const head = SOCAT_HEAD.exec(line);
      if (head !== null) {
        stamp = socatStampNs(head) + clock.offsetNs;
        return;
      }
      const bytes = VRRP_BYTES.exec(line)?.[1]?.split(" ");
      if (stamp === undefined || bytes === undefined) return;
      const packet = bytes.map((byte) => Number.parseInt(byte, 16));
      // socat hands raw sockets' data on with the IPv4 header in some versions and without it in others.
      const headerWords = (packet[0] ?? 0) >> 4 === 4 ? ((packet[0] ?? 0) & 0xf) * 4 : 0;
      const vrrp = packet.slice(headerWords);
      emit(
        "vrrp.advert",
        {
          version: (vrrp[0] ?? 0) >> 4,
          routerId: vrrp[1] ?? null,
          priority: vrrp[2] ?? null,
          source: headerWords > 0 ? packet.slice(12, 16).join(".") : null,
        },
        stamp,
      );
      stamp = undefined;
    },
  };
}

/** Nanoseconds since the epoch of a socat stamp: microseconds, in UTC because its `TZ` says so. */
function socatStampNs(head: RegExpExecArray): bigint {
  const [, year, month, day, hour, minute, second, fraction] = head;
  const wholeSeconds = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  // Version 1.7.4.4 pads microseconds to nine digits on the left: the last six are the value.
  const microseconds = BigInt((fraction ?? "0").slice(-6));
  return BigInt(wholeSeconds) * 1_000_000n + microseconds * 1_000n;
}
