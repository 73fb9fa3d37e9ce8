import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blastProblems } from "../../../chaos/blast-radius/check-blast-radius.ts";
import { DownGuard } from "../../../chaos/blast-radius/down-guard.ts";
import type { Fault } from "../../../chaos/faults/fault.ts";
import { killNode } from "../../../chaos/faults/kill-node.ts";
import { returnNode } from "../../../chaos/faults/return-node.ts";
import { slowBackend } from "../../../chaos/faults/misbehaviours.ts";
import { someOf } from "../../../chaos/faults/some-of.ts";
import { rollingRestart } from "../../../chaos/faults/steps.ts";
import { addressOwner, node } from "../../../chaos/faults/target.ts";
import { together } from "../../../chaos/faults/together.ts";
import type { BlastRadius, FaultStep } from "../../../chaos/scenario.ts";
import { activePassive } from "../../../stacks/topologies/active-passive.ts";
import { eventOf, FakeDeployment } from "../faults/fake-deployment.ts";

const { topology, pool } = activePassive({ count: 3 });
const apps = pool.nodes.map(({ id }) => id);
const kill = (id: string): Fault => killNode(node(id), { silent: true });
const killOwner = killNode(addressOwner, { silent: true });
const step = (fault: Fault, forMs?: number): FaultStep => ({
  fault,
  afterMs: 0,
  ...(forMs === undefined ? {} : { forMs }),
});
const problems = (faults: readonly FaultStep[], blastRadius: BlastRadius = {}) =>
  blastProblems({ topology, faults, blastRadius });

const TOTAL_POOL = [
  expect.stringMatching(/takes all backends of pool app down at once \(app-1, app-2, app-3\)\./),
];

describe("before anything is started", () => {
  test.each<[string, readonly FaultStep[]]>([
    ["some backends", [step(kill("app-1")), step(kill("app-2"))]],
    ["all of them, each healed before the next", rollingRestart(apps.map(node), { graceMs: 1 })],
    ["all of them slow", [step(together(apps.map((id) => slowBackend(node(id), { factor: 2 }))))]],
    ["one balancer and one backend", [step(kill("lb-a")), step(kill("app-1"))]],
    ["whoever holds the address, twice: it is known only then", [step(killOwner), step(killOwner)]],
    [
      "one that is back before the other goes",
      [step(returnNode(node("lb-a"), { takeoverMs: 1 })), step(kill("lb-b"))],
    ],
  ])("a scenario may take down %s", (_, faults) => {
    expect(problems(faults)).toEqual([]);
  });

  test.each<[string, readonly FaultStep[], unknown]>([
    ["one after another", apps.map((id) => step(kill(id))), TOTAL_POOL],
    [
      "the last for a while",
      [step(kill("app-1")), step(kill("app-2")), step(kill("app-3"), 100)],
      TOTAL_POOL,
    ],
    ["together", [step(together(apps.map(kill)), 100)], TOTAL_POOL],
    ["as a share of one", [step(someOf(1, apps, kill), 100)], TOTAL_POOL],
    [
      "as a share beside one that lasts",
      [step(kill("app-1")), step(someOf(1, apps, kill), 1)],
      TOTAL_POOL,
    ],
    [
      "a pair of balancers, one of which is yet to return",
      [step(kill("lb-b")), step(returnNode(node("lb-a"), { takeoverMs: 1 }))],
      [expect.stringMatching(/^faults\[0\]: .*lb-b takes all balancers of lb down at once/)],
    ],
  ])("a whole is not taken down: %s", (_, faults, expected) => {
    expect(problems(faults)).toEqual(expected);
    expect(problems(faults, { allowTotalLoss: true })).toEqual([]);
  });

  test("two of three beside one that is dead for certain may be all three, or not", () => {
    expect(problems([step(kill("app-1")), step(someOf(0.67, apps, kill))])).toEqual([]);
  });

  test("no more nodes than the number, each place with its own", () => {
    const faults = [
      step(kill("app-1")),
      step(kill("app-2")),
      step(kill("lb-a"), 5),
      step(kill("lb-b"), 5),
    ];
    expect(problems(faults, { nodesDown: 3 })).toEqual([]);
    expect(problems(faults, { nodesDown: 1 })).toEqual([
      expect.stringMatching(
        /^faults\[1\]: silent kill of node app-2 takes 2 nodes down at once, and blastRadius\.nodesDown is 1\. Heal/,
      ),
      expect.stringMatching(/^faults\[2\]: .* takes 3 nodes/),
    ]);
    expect(problems([], { nodesDown: 0.5 })).toEqual([
      expect.stringMatching(/^blastRadius: nodesDown is 0\.5\. Use a whole number/),
    ]);
  });
});

/** A trial in which these nodes hold the address, one after another. */
async function guarded(faults: readonly FaultStep[], limits: BlastRadius = {}, seed = 0) {
  const deployment = new FakeDeployment(topology);
  const hold = (id: string): void => {
    const address = topology.virtualAddress?.address ?? null;
    deployment.stream.push(eventOf(id, "address.added", { address }));
  };
  hold("lb-a");
  const prepared = [];
  for (const one of faults) {
    prepared.push({ step: one, fault: await one.fault.prepare(deployment, { seed }) });
  }
  return { hold, guard: new DownGuard(limits, topology, prepared) };
}

test("of fixed nodes, what is refused before is what would be refused then", async () => {
  const nodes = fc.subarray([...apps, "lb-a", "lb-b"], { minLength: 1, maxLength: 3 });
  const steps = fc.array(fc.tuple(nodes, fc.boolean()), { minLength: 1, maxLength: 5 });
  const limits = fc.record(
    { nodesDown: fc.nat({ max: 5 }), allowTotalLoss: fc.boolean() },
    { requiredKeys: [] },
  );
  const seen = new Set<boolean>();
  await fc.assert(
    fc.asyncProperty(steps, limits, async (wanted, radius) => {
      const faults = wanted.map(([ids, lasts]) =>
        step(together(ids.map(kill)), lasts ? undefined : 1),
      );
      const { guard } = await guarded(faults, radius);
      const refusedThen = faults.some(() => {
        try {
          guard.admit();
          return false;
        } catch {
          return true;
        }
      });
      seen.add(refusedThen);
      expect(problems(faults, radius).length > 0).toBe(refusedThen);
    }),
  );
  expect(seen.size).toBe(2);
});

describe("right before an injection", () => {
  test("the second holder of the address is spared while the first is down", async () => {
    const { hold, guard } = await guarded([step(killOwner), step(killOwner)]);
    guard.admit();
    hold("lb-b");
    expect(() => guard.admit()).toThrow(
      /^blast radius: silent kill of the balancer that holds the address would take all balancers of lb down at once \(lb-a, lb-b\)\. Leave one/,
    );
  });

  test("it is not once the first was healed, nor where that is allowed", async () => {
    const healed = await guarded([step(killOwner, 5), step(killOwner)]);
    healed.guard.admit();
    healed.hold("lb-b");
    expect(() => healed.guard.admit()).not.toThrow();
    const allowed = await guarded([step(killOwner), step(killOwner)], { allowTotalLoss: true });
    allowed.guard.admit();
    allowed.hold("lb-b");
    expect(() => allowed.guard.admit()).not.toThrow();
  });

  test("what the seed chose counts with what is down already", async () => {
    const faults = [step(kill("app-1")), step(someOf(0.67, apps, kill))];
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, async (_, seed) => {
        const { guard } = await guarded(faults, {}, seed);
        guard.admit();
        try {
          guard.admit();
          return "admitted";
        } catch {
          return "refused";
        }
      }),
    );
    // Two of three: app-2 and app-3 are one choice of three.
    expect(new Set(outcomes)).toEqual(new Set(["admitted", "refused"]));
  });

  test("no more nodes than the number", async () => {
    const { guard } = await guarded([step(kill("app-1")), step(kill("lb-a"))], { nodesDown: 1 });
    guard.admit();
    expect(() => guard.admit()).toThrow(
      /2 nodes down at once \(app-1, lb-a\), and blastRadius\.nodesDown is 1/,
    );
  });
});
