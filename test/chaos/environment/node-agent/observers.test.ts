import { expect, test } from "vitest";
import type { EventSink, EventType } from "../../../../balancer/index.ts";
import {
  addressObserver,
  advertObserver,
  measureWallClock,
  neighbourObserver,
  type Observer,
} from "../../../../chaos/environment/node-agent/observers.ts";

interface Told {
  readonly type: EventType;
  readonly data: Readonly<Record<string, unknown>>;
  readonly monotonicNs: bigint | undefined;
}

function parsed(observer: Observer, lines: readonly string[], offsetNs = 0n): Told[] {
  const told: Told[] = [];
  const emit: EventSink = (type, data, monotonicNs) => told.push({ type, data, monotonicNs });
  for (const line of lines) observer.parse(line, emit, { offsetNs });
  return told;
}

test.for([
  {
    what: "a floating address that was added",
    line: String.raw`3: eth0    inet 198.18.7.10/24 scope global secondary eth0\       valid_lft forever preferred_lft forever`,
    told: { type: "address.added", data: { address: "198.18.7.10", device: "eth0" } },
  },
  {
    what: "one that was removed",
    line: String.raw`Deleted 3: eth0    inet 198.18.7.10/24 scope global secondary eth0\       valid_lft forever preferred_lft forever`,
    told: { type: "address.removed", data: { address: "198.18.7.10", device: "eth0" } },
  },
  {
    what: "a host address",
    line: String.raw`1: lo    inet 198.18.7.10/32 scope global lo\       valid_lft forever preferred_lft forever`,
    told: { type: "address.added", data: { address: "198.18.7.10", device: "lo" } },
  },
  {
    what: "a point-to-point address",
    line: String.raw`4: ppp0    inet 198.18.7.10 peer 198.18.7.11/32 scope global ppp0\       valid_lft forever preferred_lft forever`,
    told: { type: "address.added", data: { address: "198.18.7.10", device: "ppp0" } },
  },
])("of `ip monitor address` $what is told", ({ line, told }) => {
  expect(parsed(addressObserver, [line])).toEqual([{ ...told, monotonicNs: undefined }]);
});

test.for([
  {
    what: "a neighbour that answers",
    line: "198.18.7.10 dev eth0 lladdr 02:00:c6:12:07:0b REACHABLE ",
    data: { address: "198.18.7.10", mac: "02:00:c6:12:07:0b", state: "REACHABLE" },
  },
  {
    what: "one that is a router",
    line: "198.18.7.10 dev eth0 lladdr 02:00:c6:12:07:0b router STALE",
    data: { address: "198.18.7.10", mac: "02:00:c6:12:07:0b", state: "STALE" },
  },
  {
    what: "one that is looked for",
    line: "198.18.7.10 dev eth0  INCOMPLETE",
    data: { address: "198.18.7.10", mac: null, state: "INCOMPLETE" },
  },
  {
    what: "one that was not found",
    line: "198.18.7.10 dev eth0 FAILED",
    data: { address: "198.18.7.10", mac: null, state: "FAILED" },
  },
  {
    what: "one that was forgotten",
    line: "Deleted 198.18.7.10 dev eth0 lladdr 02:00:c6:12:07:0b STALE",
    data: { address: "198.18.7.10", mac: "02:00:c6:12:07:0b", state: "DELETED" },
  },
])("of `ip monitor neigh` $what is told", ({ line, data }) => {
  expect(parsed(neighbourObserver, [line])).toEqual([
    { type: "neighbour.changed", data, monotonicNs: undefined },
  ]);
});

test("lines of another form tell nothing", () => {
  const lines = ["", "Error: no such device", "fe80::1 dev eth0 REACHABLE", "   ", "\u0000"];
  for (const observer of [addressObserver, neighbourObserver, advertObserver()]) {
    expect(parsed(observer, lines)).toEqual([]);
  }
});

const VRRP = " 31 33 f0 01 00 0a 00 00";
/** 2026-11-21 10:09:14 UTC. */
const WHOLE_SECONDS_NS = 1_795_255_754_000_000_000n;

test.for([
  { what: "nine digits, padded on the left", fraction: "000348071" },
  { what: "six digits", fraction: "348071" },
])("an advert is told with the time at which socat saw it, written with $what", ({ fraction }) => {
  const lines = [`> 2026/11/21 10:09:14.${fraction}  length=8 from=0 to=7`, VRRP];
  expect(parsed(advertObserver(), lines, -WHOLE_SECONDS_NS + 5n)).toEqual([
    {
      type: "vrrp.advert",
      data: { version: 3, routerId: 51, priority: 240, source: null },
      monotonicNs: 348_071_005n,
    },
  ]);
});

test("an advert that came with its IPv4 header is told with its sender", () => {
  const header = " 45 c0 00 1c 00 01 00 00 ff 70 00 00 c6 12 07 0c c6 12 07 0b";
  const lines = ["> 2026/11/21 10:09:14.000000001  length=28 from=0 to=27", header + VRRP];
  expect(parsed(advertObserver(), lines)[0]?.data).toEqual({
    version: 3,
    routerId: 51,
    priority: 240,
    source: "198.18.7.12",
  });
});

test("each advert has the stamp before it; bytes without a stamp tell nothing", () => {
  const stamp = (second: number): string =>
    `> 2026/11/21 10:09:${second}.000000000  length=8 from=0 to=7`;
  const told = parsed(
    advertObserver(),
    [VRRP, stamp(14), VRRP, VRRP, stamp(16), VRRP],
    -WHOLE_SECONDS_NS,
  );
  expect(told.map(({ monotonicNs }) => monotonicNs)).toEqual([0n, 2_000_000_000n]);
});

test("the wall clock's offset lies within what two clocks read in turn allow", () => {
  const { offsetNs } = measureWallClock();
  // From below: the wall clock shows whole milliseconds that have begun. From above: and not ended.
  let [atLeast, atMost] = [-(1n << 62n), 1n << 62n];
  const end = performance.now() + 20;
  while (performance.now() < end) {
    const before = process.hrtime.bigint();
    const wallNs = BigInt(Date.now()) * 1_000_000n;
    const after = process.hrtime.bigint();
    if (before - wallNs - 1_000_000n > atLeast) atLeast = before - wallNs - 1_000_000n;
    if (after - wallNs < atMost) atMost = after - wallNs;
  }
  expect(atMost - atLeast).toBeLessThan(1_000_000n);
  // The two were measured one after the other, and clocks are slewed meanwhile.
  expect(offsetNs).toBeGreaterThan(atLeast - 100_000n);
  expect(offsetNs).toBeLessThan(atMost + 1_000_000n);
});
