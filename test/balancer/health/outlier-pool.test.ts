import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Outcome } from "../../../balancer/health/outcome.ts";
import { backends, OutlierSubject, rulesFrom } from "./outlier-subject.ts";

describe("in a row", () => {
  test.each<[string, Outcome[], string]>([
    ["five statuses of 500", rep("server-error", 5), "consecutive-5xx"],
    ["five statuses of 503", rep("gateway-error", 5), "consecutive-5xx"],
    ["three connects that failed", rep("connect-failed", 3), "consecutive-connect"],
    [
      "three connects in vain, of both kinds",
      ["connect-failed", "connect-timeout", "connect-failed"],
      "consecutive-connect",
    ],
    ["three answers that never came", rep("response-timeout", 3), "consecutive-timeout"],
    ["five broken ones", rep("broken", 5), "consecutive-5xx"],
    [
      "five failures of any kinds",
      ["broken", "server-error", "connect-failed", "response-timeout", "gateway-error"],
      "consecutive-5xx",
    ],
  ])("%s eject, and not one fewer", (_, outcomes, reason) => {
    const subject = new OutlierSubject(3);
    subject.rounds("answered", 1);
    for (const outcome of outcomes.slice(1)) subject.request(0, outcome);
    expect(subject.lines).toEqual([]);
    subject.request(0, outcomes[0] ?? "answered");
    expect(subject.lines).toEqual([`b0 ejected: ${reason} for 30000`]);
  });

  test("gateway failures are counted apart where that is wanted, and a 500 ends their row", () => {
    const subject = new OutlierSubject(3, { consecutive5xx: 0, consecutiveGatewayFailures: 3 });
    subject.requests(0, "server-error", 50);
    for (const outcome of ["gateway-error", "broken", "server-error"] as const) {
      subject.request(0, outcome);
    }
    subject.requests(0, "gateway-error", 2);
    expect(subject.out).toEqual([]);
    subject.request(0, "connect-failed");
    expect(subject.lines).toEqual(["b0 ejected: consecutive-gateway for 30000"]);
  });

  test("an answer of any status ends a row of connects that failed", () => {
    const subject = new OutlierSubject(3, { consecutive5xx: 0 });
    for (let time = 0; time < 20; time += 1) {
      subject.requests(0, "connect-failed", 2);
      subject.request(0, "server-error");
    }
    expect(subject.lines).toEqual([]);
  });

  test("a success begins every row anew: four of five failing eject nobody", () => {
    const subject = new OutlierSubject(3, { successRate: { deviations: 0 } });
    for (let time = 0; time < 100; time += 1) {
      subject.requests(0, "server-error", 4);
      subject.rounds("answered", 1);
    }
    expect(subject.lines).toEqual([]);
  });

  test("0 switches a detection off", () => {
    const off = {
      consecutive5xx: 0,
      consecutiveGatewayFailures: 0,
      consecutiveConnectFailures: 0,
      consecutiveTimeouts: 0,
    };
    const subject = new OutlierSubject(3, off);
    subject.requests(0, "connect-timeout", 1_000);
    expect(subject.lines).toEqual([]);
  });
});

describe("an ejection", () => {
  test("is longer each time, and shorter again after quiet intervals", () => {
    const subject = new OutlierSubject(3);
    const eject = () => {
      subject.rounds("answered", 1, [1, 2]);
      subject.requests(0, "server-error", 5);
    };
    eject();
    subject.wait(30_000);
    eject();
    subject.wait(60_000);
    eject();
    subject.wait(90_000);
    // Two whole intervals, wherever the present one has begun.
    subject.wait(30_000);
    subject.rounds("answered", 1);
    eject();
    const lengths = subject.told.flatMap((effect) =>
      effect.kind === "ejected" ? effect.forMs : [],
    );
    expect(lengths).toEqual([30_000, 60_000, 90_000, 60_000]);
  });

  test("is not lengthened by what was sent before it, and fails during it", () => {
    const subject = new OutlierSubject(3);
    subject.requests(0, "server-error", 5);
    const until = subject.pool.wakeAt;
    for (let late = 0; late < 20; late += 1) subject.request(0, "response-timeout", { sentAt: 0 });
    expect(subject.pool.wakeAt).toBe(until);
    expect(subject.told).toHaveLength(1);
  });

  test("is not repeated by what was sent before its end, and fails after it", () => {
    const subject = new OutlierSubject(3);
    subject.requests(0, "server-error", 5);
    subject.wait(30_000);
    expect(subject.out).toEqual([]);
    for (let late = 0; late < 20; late += 1) subject.request(0, "response-timeout", { sentAt: 3 });
    expect(subject.told.map(({ kind }) => kind)).toEqual(["ejected", "readmitted"]);
    subject.requests(0, "server-error", 5);
    expect(subject.out).toEqual(["b0"]);
  });

  test("of one that was out of service begins with nothing on its account", () => {
    const subject = new OutlierSubject(3);
    subject.requests(0, "server-error", 4);
    subject.pool.changed(subject.backend(0), true, subject.now);
    subject.requests(0, "server-error", 4);
    expect(subject.lines).toEqual([]);
    subject.request(0, "server-error");
    expect(subject.out).toEqual(["b0"]);
  });

  test("does not come to one that checks or operators have taken out", () => {
    const subject = new OutlierSubject(3);
    subject.backend(0).inService = false;
    subject.requests(0, "server-error", 50);
    expect(subject.lines).toEqual([]);
  });

  test("is not ended by a check that passes, unless that is wanted", () => {
    const subject = new OutlierSubject(3);
    subject.requests(0, "server-error", 5);
    subject.pool.passed(subject.backend(0), 100, 101);
    expect(subject.out).toEqual(["b0"]);
    const other = new OutlierSubject(3, { readmitOnPass: true });
    other.requests(0, "server-error", 5);
    // One that began before tells nothing of what has happened since.
    other.pool.passed(other.backend(0), 4, 101);
    expect(other.out).toEqual(["b0"]);
    other.pool.passed(other.backend(0), 100, 101);
    expect(other.lines.at(-1)).toBe("b0 readmitted: check-passed after 96");
  });
});

describe("when too many fail alike", () => {
  test("nobody of three is ejected, told once for each, until they succeed again", () => {
    const subject = new OutlierSubject(3);
    subject.rounds("gateway-error", 100);
    expect(subject.lines).toEqual([
      "b0 spared: shared-failure (b0 b1 b2)",
      "b1 spared: shared-failure (b1 b0 b2)",
      "b2 spared: shared-failure (b2 b0 b1)",
    ]);
    subject.rounds("answered", 1);
    subject.rounds("gateway-error", 20);
    expect(subject.told).toHaveLength(6);
    expect(subject.out).toEqual([]);
  });

  test("but with that switched off each is judged alone, and the pool is emptied where it may be", () => {
    const alone = { spareSharedFailures: false, maximumEjectedShare: 1 };
    const all = new OutlierSubject(3, { ...alone, ejectLast: true });
    all.rounds("gateway-error", 5);
    expect(all.out).toEqual(["b0", "b1", "b2"]);
    const butOne = new OutlierSubject(3, alone);
    butOne.rounds("gateway-error", 5);
    expect(butOne.out).toEqual(["b0", "b1"]);
    expect(butOne.lines.at(-1)).toBe("b2 spared: last (b2)");
  });

  test("two of three are more than the cap of one: nobody is ejected", () => {
    const subject = new OutlierSubject(3);
    for (let round = 0; round < 50; round += 1) {
      subject.request(2, "answered");
      subject.rounds("server-error", 1, [0, 1]);
    }
    expect(subject.told.map(({ kind }) => kind)).toEqual(["spared", "spared"]);
  });

  test("those that refuse speak for themselves: as many as may be are ejected", () => {
    const subject = new OutlierSubject(4);
    for (let round = 0; round < 50; round += 1) {
      subject.request(3, "answered");
      subject.rounds("connect-failed", 1, [0, 1, 2]);
    }
    expect(subject.out).toEqual(["b0", "b1"]);
    expect(subject.lines.at(-1)).toBe("b2 spared: cap (b2)");
  });

  test("but not if nobody answers: ejecting some of them would help nobody", () => {
    const subject = new OutlierSubject(4);
    subject.rounds("connect-failed", 50);
    expect(subject.told.map(({ kind }) => kind)).toEqual(["spared", "spared", "spared", "spared"]);
  });

  test("who was ejected before it showed is taken back, and it does not count", () => {
    const subject = new OutlierSubject(3);
    subject.rounds("answered", 1);
    // The others have just not been asked yet.
    subject.rounds("gateway-error", 1, [1, 2]);
    subject.requests(0, "gateway-error", 5);
    expect(subject.out).toEqual(["b0"]);
    subject.rounds("gateway-error", 4, [1, 2]);
    expect(subject.out).toEqual([]);
    expect(subject.lines.slice(0, 2)).toEqual([
      "b0 ejected: consecutive-5xx for 30000",
      "b0 readmitted: shared-failure after 7",
    ]);
    expect(subject.pool.stateOf(subject.backend(0))?.state).toEqual({
      kind: "admitted",
      ejections: 0,
    });
  });

  test("who was ejected long before stays so", () => {
    const subject = new OutlierSubject(3);
    subject.rounds("answered", 1, [1, 2]);
    subject.requests(0, "server-error", 5);
    subject.wait(10_001);
    subject.rounds("answered", 1, [1, 2]);
    subject.rounds("server-error", 30, [1, 2]);
    expect(subject.out).toEqual(["b0"]);
    expect(subject.lines.slice(1)).toEqual([
      "b1 spared: shared-failure (b1 b2)",
      "b2 spared: shared-failure (b2 b1)",
    ]);
  });

  test("one after the other is still alike: the first one is taken back", () => {
    const subject = new OutlierSubject(2);
    subject.requests(0, "gateway-error", 5);
    subject.wait(1_000);
    subject.requests(1, "gateway-error", 5);
    expect(subject.lines.slice(1)).toEqual([
      "b0 readmitted: shared-failure after 1005",
      "b1 spared: shared-failure (b1 b0)",
    ]);
  });

  test("one that goes on failing when the others have recovered is ejected after its five", () => {
    const subject = new OutlierSubject(3);
    subject.rounds("gateway-error", 30);
    subject.rounds("answered", 1, [1, 2]);
    subject.requests(0, "gateway-error", 5);
    expect(subject.out).toEqual(["b0"]);
  });

  test("late failures of that time are held against nobody", () => {
    const subject = new OutlierSubject(3);
    subject.rounds("gateway-error", 30);
    const sentAt = subject.now - 10;
    subject.rounds("answered", 1, [1, 2]);
    for (let late = 0; late < 50; late += 1) subject.request(0, "response-timeout", { sentAt });
    expect(subject.out).toEqual([]);
  });

  test("as many as may be are ejected nevertheless where that is wanted", () => {
    const subject = new OutlierSubject(3, { maximumEjectedShare: 1, spareSharedFailures: false });
    subject.rounds("gateway-error", 100);
    expect(subject.out).toEqual(["b0", "b1"]);
    expect(subject.lines.at(-1)).toBe("b2 spared: last (b2)");
  });

  test("a single failure of others does not excuse anybody", () => {
    const subject = new OutlierSubject(3);
    for (let time = 0; time < 5; time += 1) {
      subject.rounds("answered", 1, [1, 2]);
      subject.request(0, "server-error");
    }
    expect(subject.out).toEqual(["b0"]);
    const other = new OutlierSubject(3);
    other.rounds("server-error", 1);
    other.requests(0, "server-error", 4);
    expect(other.out).toEqual(["b0"]);
  });
});

test("of a thousand that all fail nobody stays ejected, although not each is asked about", () => {
  const subject = new OutlierSubject(1_000);
  subject.rounds("gateway-error", 12);
  expect(subject.out).toEqual([]);
  expect(subject.told.at(-1)).toMatchObject({ kind: "spared", reason: "shared-failure" });
});

test("of a thousand that have recovered one that fails alone is ejected, however few have failed since", () => {
  const subject = new OutlierSubject(1_000);
  subject.rounds("gateway-error", 10);
  expect(subject.told.at(-1)).toMatchObject({ kind: "spared", reason: "shared-failure" });
  subject.rounds("answered", 1);
  subject.requests(7, "gateway-error", 5);
  expect(subject.out).toEqual(["b7"]);
});

test("of a thousand one that fails alone is ejected after its five", () => {
  const subject = new OutlierSubject(1_000);
  subject.rounds("answered", 1);
  subject.requests(7, "server-error", 5);
  subject.requests(8, "server-error", 5);
  expect(subject.out).toEqual(["b7", "b8"]);
});

describe("the last one", () => {
  test("is not ejected, although the cap would allow it", () => {
    const subject = new OutlierSubject(2, { maximumEjectedShare: 1 });
    subject.rounds("answered", 1);
    subject.requests(0, "server-error", 5);
    subject.wait(10_001);
    subject.requests(1, "server-error", 5);
    expect(subject.lines).toEqual([
      "b0 ejected: consecutive-5xx for 30000",
      "b1 spared: last (b1)",
    ]);
  });

  test("is the one whose others are all out of service", () => {
    const subject = new OutlierSubject(10);
    for (const backend of subject.backends.slice(1)) backend.inService = false;
    subject.requests(0, "server-error", 50);
    expect(subject.lines).toEqual(["b0 spared: last (b0)"]);
  });

  test("is ejected where that is wanted", () => {
    const subject = new OutlierSubject(1, { alwaysEjectOne: true, ejectLast: true });
    subject.requests(0, "server-error", 5);
    expect(subject.out).toEqual(["b0"]);
  });

  test("one 502 on each of three ejects nobody, even if one is enough", () => {
    const subject = new OutlierSubject(3, { consecutive5xx: 1 });
    subject.rounds("gateway-error", 1);
    expect(subject.out).toEqual([]);
  });
});

describe("statistics of an interval", () => {
  test("eject one with too few successes, whose failures never come in a row", () => {
    const subject = new OutlierSubject(6);
    for (let round = 0; round < 200; round += 1) {
      subject.rounds("answered", 1);
      subject.request(3, "server-error");
    }
    expect(subject.lines).toEqual([]);
    subject.wait(10_000);
    subject.request(0, "answered");
    expect(subject.lines).toEqual(["b3 ejected: success-rate for 30000"]);
    expect(subject.told[0]).toMatchObject({ figures: { value: 0.5 } });
  });

  test("eject one that answers slowly, whose checks and statuses are all right", () => {
    const subject = new OutlierSubject(3);
    for (let round = 0; round < 30; round += 1) {
      subject.request(0, "answered", { latencyMs: 30 });
      subject.request(1, "answered", { latencyMs: 600 });
      subject.request(2, "answered", { latencyMs: 34 });
    }
    subject.wait(10_000);
    subject.request(0, "answered");
    expect(subject.lines).toEqual(["b1 ejected: latency for 30000"]);
    expect(subject.told[0]).toMatchObject({ figures: { value: 600, bound: 160 } });
  });

  test("say nothing about an interval in which too many failed alike", () => {
    const subject = new OutlierSubject(6);
    for (let round = 0; round < 200; round += 1) {
      subject.rounds("answered", 1);
      subject.request(3, "server-error");
    }
    subject.rounds("server-error", 5);
    subject.wait(10_000);
    subject.request(0, "answered");
    expect(subject.out).toEqual([]);
  });

  test("are of one interval only", () => {
    const subject = new OutlierSubject(6);
    for (let half = 0; half < 2; half += 1) {
      for (let round = 0; round < 60; round += 1) {
        subject.rounds("answered", 1);
        subject.requests(3, "server-error", 0);
        subject.request(3, "server-error");
      }
      // 60 and 120 of b3's requests; the others never reach the hundred that it takes.
      subject.wait(10_000);
      subject.request(0, "answered");
    }
    expect(subject.lines).toEqual([]);
  });
});

describe("a change of membership", () => {
  test("keeps what is known of those who stay", () => {
    const subject = new OutlierSubject(3);
    subject.rounds("answered", 1);
    subject.requests(0, "server-error", 5);
    subject.requests(1, "server-error", 4);
    const [b0, b1] = [subject.backend(0), subject.backend(1)];
    subject.pool.update([...backends(2), b1, b0], rulesFrom(), subject.now);
    expect(subject.out).toEqual(["b0"]);
    subject.request(1, "server-error");
    expect(subject.out).toEqual(["b0", "b1"]);
  });

  test("that makes the pool smaller takes back who is beyond the new cap, the next to come first", () => {
    const subject = new OutlierSubject(4);
    subject.rounds("answered", 1);
    subject.requests(0, "connect-failed", 3);
    subject.requests(1, "connect-failed", 3);
    expect(subject.out).toEqual(["b0", "b1"]);
    subject.pool.update(subject.backends.slice(0, 3), rulesFrom(), subject.now);
    expect(subject.out).toEqual(["b1"]);
    expect(subject.lines.at(-1)).toBe("b0 readmitted: cap after 3");
  });

  test("forgets those who leave", () => {
    const subject = new OutlierSubject(3);
    subject.requests(0, "server-error", 5);
    subject.pool.update(subject.backends.slice(1), rulesFrom(), subject.now);
    expect(subject.pool.wakeAt).toBeNull();
    expect(subject.pool.ejected).toBe(0);
    subject.requests(0, "server-error", 50);
    expect(subject.told).toHaveLength(1);
  });
});

test("whatever happens, no more are ejected than the cap allows, and one is always left", () => {
  const outcomes: Outcome[] = [
    ...(["answered", "server-error", "gateway-error", "connect-failed"] as const),
    ...(["connect-timeout", "response-timeout", "broken"] as const),
  ];
  const step = fc.record({
    backend: fc.nat(19),
    outcome: fc.constantFrom(...outcomes),
    times: fc.integer({ min: 1, max: 12 }),
    waitMs: fc.constantFrom(0, 0, 0, 50, 5_000, 31_000),
    takesOut: fc.constantFrom(null, null, null, null, true, false),
    size: fc.constantFrom(null, null, null, null, null, 0, 1, 2, 5),
  });
  const flag = fc.boolean();
  let ejections = 0;
  const pools = fc.tuple(
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: 0, max: 100 }),
    flag,
    flag,
  );
  fc.assert(
    fc.property(
      pools,
      fc.array(step, { maxLength: 80 }),
      ([count, percent, atLeastOne, spares], steps) => {
        const detection = {
          maximumEjectedShare: percent / 100,
          alwaysEjectOne: atLeastOne,
          spareSharedFailures: spares,
        };
        const subject = new OutlierSubject(count, {
          ...detection,
          successRate: { minimumRequests: 5, minimumBackends: 2 },
        });
        let members = count;
        for (const { backend, outcome, times, waitMs, takesOut, size } of steps) {
          const index = backend % count;
          subject.requests(index, outcome, times);
          subject.backend(index).inService = takesOut ?? subject.backend(index).inService;
          subject.wait(waitMs);
          members = Math.min(count, size === null ? members : count - size);
          subject.pool.update(
            subject.backends.slice(0, Math.max(0, members)),
            rulesFrom(detection),
            subject.now,
          );
          const cap = Math.max(
            Math.floor((Math.max(0, members) * percent) / 100),
            Number(atLeastOne),
          );
          expect(subject.out.length).toBeLessThanOrEqual(cap);
          expect(subject.pool.ejected).toBe(subject.out.length);
        }
        for (const left of subject.leftAtEjections) expect(left).toBeGreaterThanOrEqual(1);
        ejections += subject.leftAtEjections.length;
      },
    ),
  );
  expect(ejections).toBeGreaterThan(100);
});

function rep(outcome: Outcome, count: number): Outcome[] {
  return Array.from({ length: count }, () => outcome);
}
