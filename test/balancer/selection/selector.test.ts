import { describe, expect, test } from "vitest";
import { createPolicy } from "../../../balancer/selection/create-policy.ts";
import { POLICY_NAMES, type PolicyName } from "../../../balancer/selection/policy-names.ts";
import {
  Selector,
  type Selectable,
  type SelectorEvent,
} from "../../../balancer/selection/selector.ts";
import { slowStartFactor } from "../../../balancer/selection/slow-start.ts";
import { keysOf, seeded } from "./policy-contract.ts";

interface Member extends Selectable {
  weight: number;
  inFlight: number;
  pickable: boolean;
}

const SLOW_START = { windowMs: 10_000, aggression: 1, minimumWeight: 0.1 };
const BY_KEY: readonly PolicyName[] = POLICY_NAMES.filter(
  (name) => createPolicy(name).division === "key",
);
const BY_SHARE = POLICY_NAMES.filter((name) => !BY_KEY.includes(name) && name !== "first");

function membersOf(count: number, weight = 1): Member[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `b${index}`,
    weight,
    inFlight: 0,
    pickable: true,
  }));
}

/** A selector of `count` members, and a hand on its members and events. */
function setup(name: PolicyName, count: number, slowStart?: typeof SLOW_START) {
  const members = membersOf(count);
  const events: SelectorEvent<Member>[] = [];
  const selector = new Selector<Member>(createPolicy(name), {
    random: seeded(21),
    slowStart,
    hotKeys: { share: 0.25, windowMs: 1_000 },
    told: (event) => events.push(event),
  });
  selector.update(members, 0);
  while (selector.advance());
  const last = members.at(-1) as Member;
  return {
    members,
    last,
    events,
    selector,
    turn: (member: Member, pickable: boolean, now: number) => {
      member.pickable = pickable;
      selector.changed(member, now);
    },
  };
}

/** Requests of a fixed length at a steady rate; how many the last member gets in each tenth. */
function tenths(name: PolicyName, { requests = 50_000, inFlight = 20 } = {}): number[] {
  const { selector, last, turn } = setup(name, 10, SLOW_START);
  turn(last, false, -1);
  turn(last, true, 0);
  const counts = Array.from({ length: 10 }, () => 0);
  const running: Member[] = [];
  const keys = keysOf(5_000);
  const random = seeded(5);
  for (let request = 0; request < requests; request++) {
    const now = (request * SLOW_START.windowMs) / requests;
    const key = keys[Math.floor(random() * keys.length)];
    const member = selector.pick({ now, key }) as Member;
    if (member === last) counts[Math.floor((10 * request) / requests)]! += 1;
    member.inFlight += 1;
    selector.started(member, now);
    running.push(member);
    const done = running.length > inFlight ? running.shift() : undefined;
    if (done === undefined) continue;
    selector.observed(done, "answered", 10, now);
    done.inFlight -= 1;
    selector.ended(done, now);
  }
  return counts;
}

/** Requests of a tenth that ten equals have, of which one is in its slow start. */
function expectedOf(tenth: number, requests: number): number {
  const steps = Array.from({ length: 100 }, (_, step) => {
    const factor = slowStartFactor(SLOW_START, (tenth + (step + 0.5) / 100) * 1_000);
    return factor / (9 + factor);
  });
  return (steps.reduce((sum, share) => sum + share, 0) / steps.length) * (requests / 10);
}

describe("slow start", () => {
  test.each(BY_SHARE)("%s: in every tenth of the window the share is that of the curve", (name) => {
    const counts = tenths(name);
    counts.forEach((count, tenth) => {
      const expected = expectedOf(tenth, 50_000);
      // Of what is drawn at random, four standard deviations; of the rest, two requests.
      const tolerance = 0.05 * expected + 4 * Math.sqrt(expected) * (isDrawn(name) ? 1 : 0) + 2;
      expect(Math.abs(count - expected)).toBeLessThanOrEqual(tolerance);
    });
  });

  test.each(BY_SHARE)("%s: nobody else gets more than its final share times 1.2", (name) => {
    const { selector, members, last, turn } = setup(name, 10, SLOW_START);
    turn(last, false, -1);
    turn(last, true, 0);
    const counts = new Map<Member, number>();
    for (let request = 0; request < 20_000; request++) {
      const member = selector.pick({ now: request / 2 }) as Member;
      selector.observed(member, "answered", 10, request / 2);
      counts.set(member, (counts.get(member) ?? 0) + 1);
    }
    for (const member of members.slice(0, 9)) {
      expect((counts.get(member) ?? 0) / 2_000).toBeLessThan(1.2);
      expect((counts.get(member) ?? 0) / 2_000).toBeGreaterThan(0.9);
    }
  });

  test.each(BY_KEY)("%s: keys come back one after the other, and each stays", (name) => {
    const { selector, last, turn } = setup(name, 10, SLOW_START);
    const keys = keysOf(3_000);
    const own = keys.filter((key) => selector.pick({ now: 0, key }) === last);
    turn(last, false, 0);
    turn(last, true, 0);
    const back = new Set<string>();
    const shares: number[] = [];
    for (let now = 0; now <= SLOW_START.windowMs; now += 500) {
      for (const key of own) {
        const isBack = selector.pick({ now, key }) === last;
        if (isBack) back.add(key);
        // Once back, always back.
        expect(isBack).toBe(back.has(key));
      }
      shares.push(back.size / own.length);
    }
    expect(shares[0]).toBeLessThan(0.25);
    expect(shares[10]).toBeGreaterThan(0.35);
    expect(shares[10]).toBeLessThan(0.65);
    expect(shares[20]).toBe(1);
    // Nobody else's key has moved to it.
    const foreign = keys.filter((key) => !own.includes(key));
    expect(foreign.filter((key) => selector.pick({ now: 20_000, key }) === last)).toEqual([]);
  });

  test("first: half of the window brings half of the requests back", () => {
    const { selector, members, turn } = setup("first", 3, SLOW_START);
    const first = members[0] as Member;
    turn(first, false, 0);
    turn(first, true, 0);
    const at = (now: number) =>
      Array.from({ length: 2_000 }, () => selector.pick({ now })).filter((one) => one === first)
        .length / 2_000;
    expect(at(5_000)).toBeGreaterThan(0.45);
    expect(at(5_000)).toBeLessThan(0.55);
    expect(at(10_001)).toBe(1);
  });

  test("at little traffic the backend still gets a request a second", () => {
    const { selector, last, turn } = setup("round-robin", 5, {
      ...SLOW_START,
      minimumWeight: 0.001,
    });
    turn(last, false, 0);
    turn(last, true, 0);
    const times: number[] = [];
    // Ten requests a second: its whole share would be two of them.
    for (let now = 0; now < 5_000; now += 100) if (selector.pick({ now }) === last) times.push(now);
    const gaps = times.map((time, index) => time - (times[index - 1] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2_000);
    expect(times.length).toBeLessThan(10);
  });

  test("never refuses a request: whoever is alone takes it", () => {
    for (const name of POLICY_NAMES) {
      const { selector, members, turn } = setup(name, 3, SLOW_START);
      for (const member of members) turn(member, false, 0);
      expect(selector.pick({ now: 0 })).toBeUndefined();
      const only = members[1] as Member;
      turn(only, true, 1);
      for (let now = 1; now < 50; now++) expect(selector.pick({ now, key: `k${now}` })).toBe(only);
    }
  });

  test.each(POLICY_NAMES)(
    "%s: of weight 0 nobody stands in for those who only start slowly",
    (name) => {
      const { selector, members, turn } = setup(name, 4, SLOW_START);
      const [a, b, reserve, other] = members as [Member, Member, Member, Member];
      reserve.weight = 0;
      other.weight = 0;
      selector.update(members, 0);
      for (const member of [a, b]) turn(member, false, 0);
      for (const member of [a, b]) turn(member, true, 1);
      const taken = (excluded?: ReadonlySet<string>) =>
        new Set(keysOf(400).map((key, now) => selector.pick({ now, key, excluded })?.id));
      expect(taken()).toEqual(new Set(["b0", "b1"]));
      // Where both were tried in vain, they do, and all of them.
      expect(taken(new Set(["b0", "b1"]))).toEqual(
        new Set(name === "first" ? ["b2"] : ["b2", "b3"]),
      );
    },
  );

  test.each(BY_SHARE)(
    "%s: a newcomer's first requests are no burst, however large weights are",
    (name) => {
      const members = membersOf(11, 100);
      for (const member of members) member.inFlight = 10;
      const last = members.at(-1) as Member;
      last.inFlight = 0;
      const selector = new Selector<Member>(createPolicy(name), {
        random: seeded(3),
        slowStart: SLOW_START,
      });
      selector.update(members.slice(0, 10), 0);
      selector.update(members, 0);
      const picked = Array.from({ length: 60 }, (_, now) => selector.pick({ now }));
      // The first one is due at once, and then 0.1 of 10.1: about one in a hundred.
      expect(picked.filter((member) => member === last).length).toBeLessThanOrEqual(2);
    },
  );

  test("of backends that come back together nobody is preferred", () => {
    const { selector, members, turn } = setup("round-robin", 4, SLOW_START);
    for (const member of members) turn(member, false, 0);
    for (const member of members) turn(member, true, 0);
    const counts = new Map<Member, number>();
    for (let request = 0; request < 4_000; request++) {
      const member = selector.pick({ now: request / 10 }) as Member;
      counts.set(member, (counts.get(member) ?? 0) + 1);
    }
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(100);
  });

  test("is told at its beginning and its end, and not at the end of one that was broken off", () => {
    const { selector, last, events, turn } = setup("round-robin", 3, SLOW_START);
    turn(last, false, 0);
    turn(last, true, 100);
    expect(selector.isRamping(last)).toBe(true);
    turn(last, false, 200);
    turn(last, true, 300);
    for (let now = 300; now <= 10_600; now += 100) selector.pick({ now });
    expect(selector.isRamping(last)).toBe(false);
    expect(events.map(({ kind }) => kind)).toEqual([
      "slow-start-begin",
      "slow-start-begin",
      "slow-start-end",
    ]);
    const [end] = events.filter((event) => event.kind === "slow-start-end");
    expect(end?.tookMs).toBeGreaterThanOrEqual(10_000);
    expect(end?.tookMs).toBeLessThanOrEqual(10_300);
  });

  test("does not happen to members that come up for the first time", () => {
    const members = membersOf(2).map((member) => ({ ...member, pickable: false }));
    const selector = new Selector<Member>(createPolicy("round-robin"), {
      random: () => 0,
      slowStart: SLOW_START,
    });
    selector.update(members, 0);
    for (const member of members) {
      member.pickable = true;
      selector.changed(member, 1);
      expect(selector.isRamping(member)).toBe(false);
    }
  });

  test("does not happen to members that join before the first request, and does to those later", () => {
    const members = membersOf(4);
    const [, found, late, later] = members as [Member, Member, Member, Member];
    const events: SelectorEvent<Member>[] = [];
    const selector = new Selector<Member>(createPolicy("round-robin"), {
      random: () => 0,
      slowStart: SLOW_START,
      told: (event) => events.push(event),
    });
    selector.update(members.slice(0, 1), 0);
    late.pickable = false;
    selector.begin(members.slice(0, 3), 1_000);
    late.pickable = true;
    selector.changed(late, 2_000);
    expect(members.map((member) => selector.isRamping(member))).toEqual(Array(4).fill(false));
    expect(events).toEqual([]);
    found.pickable = false;
    selector.changed(found, 3_000);
    found.pickable = true;
    selector.changed(found, 4_000);
    selector.update(members, 5_000);
    expect(members.map((member) => selector.isRamping(member))).toEqual([false, true, false, true]);
    expect(events).toEqual([
      { kind: "slow-start-begin", member: found },
      { kind: "slow-start-begin", member: later },
    ]);
  });

  test("happens to members that join later, and survives another change for those who stay", () => {
    const members = membersOf(4);
    const selector = new Selector<Member>(createPolicy("round-robin"), {
      random: () => 0,
      slowStart: SLOW_START,
    });
    selector.update(members.slice(0, 2), 0);
    selector.update(members.slice(0, 3), 1_000);
    expect(members.map((member) => selector.isRamping(member))).toEqual([
      false,
      false,
      true,
      false,
    ]);
    // As a reload does it: new objects of the same names.
    const renewed = members.map((member) => ({ ...member }));
    selector.update(renewed, 2_000);
    expect(renewed.map((member) => selector.isRamping(member))).toEqual([false, false, true, true]);
    selector.pick({ now: 11_001 });
    expect(renewed.map((member) => selector.isRamping(member))).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });
});

describe("without slow start", () => {
  test.each(POLICY_NAMES)("%s: who is out of service or was tried is not picked", (name) => {
    const { selector, members, turn } = setup(name, 4);
    const [a, b] = members as [Member, Member, Member, Member];
    turn(a, false, 0);
    for (let request = 0; request < 50; request++) {
      const picked = selector.pick({ now: 0, key: `k${request}`, excluded: new Set([b.id]) });
      expect(["b2", "b3"]).toContain(picked?.id);
    }
    turn(a, true, 0);
    const denied = new Set(["b1", "b2", "b3"]);
    expect(selector.pick({ now: 0, key: "k", excluded: denied })).toBe(a);
  });
});

test("a hot key is told by policies that hash, and by no others", () => {
  for (const name of POLICY_NAMES) {
    const { selector, events } = setup(name, 3);
    for (let request = 0; request < 1_000; request++) {
      selector.pick({ now: request, key: request % 2 === 0 ? "hot" : `cold-${request}` });
    }
    selector.pick({ now: 1_001, key: "x" });
    const hot = events.filter(({ kind }) => kind === "hot-key");
    expect(hot).toHaveLength(BY_KEY.includes(name) ? 1 : 0);
    expect(selector.hottestKey?.key).toBe(BY_KEY.includes(name) ? "hot" : undefined);
  }
});

test("a further pick for the same request counts its key no further", () => {
  const { selector } = setup("ring-hash", 3);
  for (let request = 0; request < 500; request++) {
    const key = request % 5 === 0 ? "retried" : `once-${request}`;
    const first = selector.pick({ now: request, key });
    if (key !== "retried") continue;
    selector.pick({ now: request, key, excluded: new Set([first?.id ?? ""]) });
    selector.pick({ now: request, key, excluded: new Set() });
  }
  selector.pick({ now: 1_001, key: "x" });
  expect(selector.hottestKey).toMatchObject({ key: "retried", requests: 500 });
  expect(selector.hottestKey?.share).toBeLessThanOrEqual(0.2);
});

function isDrawn(name: PolicyName): boolean {
  return name.includes("random") || name.includes("two-choices");
}
