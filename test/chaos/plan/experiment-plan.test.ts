import { describe, expect, test } from "vitest";
import { longerThan, moreFailedThan } from "../../../chaos/abort/rules.ts";
import { loadScenario, scenarioIds } from "../../../chaos/cli/scenario-catalogue.ts";
import { latencyAtMost } from "../../../chaos/objectives/availability.ts";
import { duringTheFault } from "../../../chaos/objectives/stretches.ts";
import { planExperiment, type PlanOptions } from "../../../chaos/plan/experiment-plan.ts";
import { renderPlan } from "../../../chaos/plan/render-plan.ts";
import type { Scenario } from "../../../chaos/scenario.ts";
import { balancerNodeKilled } from "../../../scenarios/balancer-node-killed.scenario.ts";
import { sessionStoreStalled } from "../../../scenarios/session-store-stalled.scenario.ts";

function planned(change: Partial<PlanOptions> = {}) {
  return planExperiment({
    id: "balancer-node-killed",
    scenario: balancerNodeKilled,
    control: false,
    trials: 10,
    seed: 42,
    environment: "namespace",
    command: "npx evenkeel run balancer-node-killed --trials 10 --seed 42",
    ...change,
  });
}

describe("the plan of an experiment", () => {
  test("has every node with its address, in the direction of a request", () => {
    const { nodes } = planned().topology;
    expect(nodes.map(({ id }) => id)).toEqual([
      ...["client", "lb-a", "lb-b", "app-1", "app-2", "app-3", "faults", "store"],
    ]);
    for (const node of nodes) {
      const { address } = balancerNodeKilled.topology.nodes.find(({ id }) => id === node.id) ?? {};
      expect(node.address).toBe(address);
      expect(node.container).toBeNull();
    }
  });

  test("names the containers of a deployed topology", () => {
    const { nodes } = planned({ environment: "docker", topologyId: "shop" }).topology;
    expect(nodes.map(({ container }) => container)).toContain("shop-lb-a");
  });

  test("says on whom a fault will act, the likeliest first, and when", () => {
    expect(planned().faults).toEqual([
      {
        kind: "silent-kill",
        title: "silent kill of the balancer that holds the address",
        targets: ["lb-a", "lb-b"],
        atMs: 0,
        forMs: null,
        takesDown: [{ count: 1, of: ["lb-a", "lb-b"] }],
      },
    ]);
    const { faults } = planned({ scenario: sessionStoreStalled, trials: 3 });
    expect(faults.map(({ targets, atMs, forMs }) => ({ targets, atMs, forMs }))).toEqual([
      { targets: ["app--store"], atMs: 0, forMs: 200 },
      { targets: ["app--store"], atMs: 1_200, forMs: 5_000 },
    ]);
  });

  test("draws the phases from the seed, one in each of as many parts of the period as trials", () => {
    const phases = (seed: number) => planned({ seed }).trials.map(({ phaseMs }) => phaseMs ?? -1);
    expect(phases(42)).toEqual(phases(42));
    expect(phases(42)).not.toEqual(phases(43));
    const parts = phases(42).map((phaseMs) => Math.floor(phaseMs / 10));
    expect(parts.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const seeds = planned().trials.map(({ seed }) => seed);
    expect(new Set(seeds).size).toBe(10);
  });

  test("has no phases where no heartbeat decides", () => {
    const plan = planned({ scenario: sessionStoreStalled, trials: 3 });
    expect(plan.heartbeat).toBeNull();
    expect(plan.trials.map(({ phaseMs }) => phaseMs)).toEqual([null, null, null]);
  });

  test("has each objective's bound, and the window that theory predicts for it", () => {
    const [outage, after] = planned().objectives;
    expect(outage).toMatchObject({
      id: "outage",
      statistic: "every trial",
      bound: "within the predicted window",
      atLeast: 206.25,
      atMost: 306.25,
      slackMs: 20,
    });
    expect(outage?.predicted?.source).toContain("RFC 9568");
    expect(after).toMatchObject({ bound: "at most 0", atLeast: null, atMost: 0, predicted: null });
  });

  test("of a control has its topology, and what must fail", () => {
    const plan = planned({ control: true });
    expect(plan.scenario).toMatchObject({ controlWithout: "keepalived", mustFail: ["outage"] });
    expect(plan.topology.virtualAddress).toBeNull();
    expect(planned().scenario.mustFail).toEqual([]);
  });

  test("refuses what the run would refuse", () => {
    const [objective] = balancerNodeKilled.objectives;
    if (objective === undefined) throw new RangeError("The scenario has no objectives.");
    const demanding = { ...balancerNodeKilled, objectives: [{ ...objective, statistic: "p99" }] };
    expect(() => planned({ scenario: demanding as typeof balancerNodeKilled })).toThrow(
      /10 trials cannot support p99/,
    );
    expect(() => planned({ trials: 0 })).toThrow(/whole number from 1/);
  });

  test("refuses a duration that the load can never judge", () => {
    const objectives = [latencyAtMost({ stretch: duringTheFault, quantile: 0.9, atMostMs: 40 })];
    expect(() => planned({ scenario: { ...balancerNodeKilled, objectives } })).toThrow(
      /objectives\[0\] "latency-p90-.*": its bound is 40 ms, .* Send more than 250 a second/,
    );
  });

  test.each(scenarioIds())("can be made of %s and of its control", async (id) => {
    const scenario = await loadScenario(id);
    for (const control of [false, true]) {
      const plan = planned({ id, scenario, control, trials: scenario.trials });
      expect(plan.trials).toHaveLength(scenario.trials);
      for (const fault of plan.faults) expect(fault.targets.length).toBeGreaterThan(0);
      expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    }
  });
});

describe("the plan of a scenario with loads, abort rules and a blast radius", () => {
  const { load } = balancerNodeKilled;
  const scenario: Scenario = {
    ...balancerNodeKilled,
    load: { ...load, otherAddresses: ["198.18.7.11"], retries: 1 },
    alongside: [
      {
        ...load,
        id: "streams",
        path: "/stream",
        traffic: { kind: "long-lived", connections: 20, everyMs: 50 },
      },
      { ...load, id: "carts", ratePerSecond: 20, traffic: { kind: "session", users: 5 } },
      {
        ...load,
        id: "kept",
        traffic: { kind: "kept-alive", connections: 8 },
        arrivals: { kind: "bursts", burstPerSecond: 400, everyMs: 2_000, forMs: 500 },
      },
      { ...load, id: "ramp", arrivals: { kind: "ramp", fromPerSecond: 10, overMs: 1_500 } },
      { ...load, id: "poisson", arrivals: { kind: "poisson" } },
    ],
    abort: [moreFailedThan({ count: 500, withinMs: 2_000 }), longerThan(60_000)],
    blastRadius: { nodesDown: 1 },
  };

  test("has each as it was declared", () => {
    const plan = planned({ scenario });
    expect(plan.load).toMatchObject({
      otherTargets: ["198.18.7.11:8080/"],
      retries: 1,
      class: "fresh",
    });
    expect(plan.alongside.map((one) => [one.id, one.class, one.arrivals.kind])).toEqual([
      ["streams", "long-lived", "constant"],
      ["carts", "session", "constant"],
      ["kept", "kept-alive", "bursts"],
      ["ramp", "fresh", "ramp"],
      ["poisson", "fresh", "poisson"],
    ]);
    expect(plan.blastRadius).toEqual({ nodesDown: 1, allowTotalLoss: false });
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });

  test("tells people each of them", () => {
    const flat = renderPlan(planned({ scenario }), { width: 100 }).replace(/\s+/g, " ");
    for (const part of [
      "load: 200 new connections a second from client to 198.18.7.10:8080/ and 198.18.7.11:8080/ in turns; sent again at once up to 1 time where it fails in time; 250 ms to connect",
      "load streams beside it: 20 connections, opened 200 a second and held, with a line every 50 ms, from client to 198.18.7.10:8080/stream",
      "load carts beside it: 20 requests a second of 5 users, each with a cart, from client",
      "load kept beside it: 200 requests a second over 8 kept connections from client to 198.18.7.10:8080/; 400 a second in the first 500 ms of every 2 s;",
      "; from 10 to 200 a second over 1.5 s;",
      "; at random (Poisson);",
      "steady state: no failed request of any load for",
      "down at once: at most 1 node; never all balancers nor all backends of a pool",
      "abort the run, healed, as soon as more than 500 requests failed within 2000 ms",
      "abort the run, healed, as soon as a trial took longer than 60000 ms",
    ]) {
      expect(flat).toContain(part);
    }
  });

  test("is refused where the fault takes down more than it may", () => {
    const strict = { ...scenario, blastRadius: { nodesDown: 0 } };
    expect(() => planned({ scenario: strict })).toThrow(
      /faults\[0\]: silent kill of the balancer that holds the address takes 1 node down at once, and blastRadius\.nodesDown is 0\./,
    );
  });
});

describe("the plan for people", () => {
  const text = renderPlan(planned(), { width: 100 });
  const flat = text.replace(/\s+/g, " ");

  test("names nodes, addresses, links, listener, pool, load, fault and window", () => {
    for (const part of [
      "lb-a balancer 198.18.7.11 balancer, keepalived",
      "floating address 198.18.7.10: lb-a (priority 250), then lb-b (priority 240)",
      "app → store port 6379, through faults:9001 (app--store)",
      "web: http on port 8080 of lb, to pool app",
      "200 new connections a second from client to 198.18.7.10:8080/",
      "silent kill of the balancer that holds the address (lb-a to begin with, else lb-b)",
      "spread over the 100 ms between VRRP adverts",
      "206.3 ms to 306.3 ms, mean 256.3 ms",
      "they support p74",
      "Nothing was started.",
    ]) {
      expect(flat).toContain(part);
    }
  });

  test("has the phase of every trial", () => {
    const [, phases = ""] = /trial by trial, in ms: ([\d., ]+)/.exec(flat) ?? [];
    expect(phases.trim().split(", ")).toHaveLength(10);
  });

  test("keeps to the width, and the command whole", () => {
    const narrow = renderPlan(planned(), { width: 60 }).trimEnd().split("\n");
    expect(narrow.at(-1)?.trim()).toBe(
      "npx evenkeel run balancer-node-killed --trials 10 --seed 42",
    );
    for (const line of narrow.slice(0, -1)) expect(line.length).toBeLessThanOrEqual(60);
  });

  test("lets no word of a scenario steer the terminal", () => {
    const sentence = "It says \u001b[31mred\u001b[0m.";
    const hostile = planned({ scenario: { ...balancerNodeKilled, sentence } });
    expect(renderPlan(hostile, { width: 100 })).not.toContain("\u001b");
  });

  test("of a control says what has to fail", () => {
    const control = renderPlan(planned({ control: true }), { width: 200 });
    expect(control).toContain("(control: without keepalived)");
    expect(control).toContain('a control has to fail, by "outage"');
  });
});
