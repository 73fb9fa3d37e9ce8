import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { loadScenario, scenarioIds } from "../../chaos/cli/scenario-catalogue.ts";
import { checkScenario, controlOf } from "../../chaos/experiment.ts";
import { checkDetection, checkReadmission } from "../../chaos/measurement/windows/checks.ts";
import { vrrpSplitBrain } from "../../chaos/measurement/windows/split-brain.ts";
import { vrrpTakeover } from "../../chaos/measurement/windows/vrrp.ts";
import type { PredictedWindow } from "../../chaos/measurement/predicted-window.ts";
import type { Scenario } from "../../chaos/scenario.ts";
import { findProgram } from "../../chaos/setup/machine.ts";
import { programPath } from "../../chaos/setup/paths.ts";
import { requirementsOf } from "../../chaos/setup/lab-requirements.ts";
import { parseTopology } from "../../stacks/topology.ts";
import { ALL_RULES } from "../../stacks/validations/all-rules.ts";

const scenarios = await Promise.all(
  scenarioIds().map(async (id) => ({ id, scenario: await loadScenario(id) })),
);

test("every scenario file is in the catalogue, by its stem", () => {
  const files = readdirSync(new URL("../../scenarios/", import.meta.url));
  const stems = files.flatMap((file) => /^(.*)\.scenario\.ts$/.exec(file)?.[1] ?? []);
  expect(scenarioIds()).toEqual(stems.toSorted((a, b) => (a < b ? -1 : 1)));
  expect(stems.length).toBeGreaterThan(0);
});

test("an unknown scenario is refused with those that there are", async () => {
  await expect(loadScenario("no-such")).rejects.toThrow(
    `There is no scenario "no-such". Known: ${scenarioIds().join(", ")}.`,
  );
  // A path is no id.
  await expect(loadScenario("../scenarios/backend-killed")).rejects.toThrow("There is no scenario");
});

test("every scenario has a sentence of its own", () => {
  const sentences = scenarios.map(({ scenario }) => scenario.sentence);
  expect(new Set(sentences).size).toBe(sentences.length);
  for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].*\.$/);
});

describe.each(scenarios)("$id", ({ scenario }) => {
  const control = controlOf(scenario);

  test("can be run, and so can its control, by a single trial too", () => {
    for (const trials of [scenario.trials, 1]) {
      expect(() => checkScenario(scenario, trials)).not.toThrow();
      expect(() => checkScenario(control, trials)).not.toThrow();
    }
  });

  test("has topologies that keep every rule, and a control that differs", () => {
    for (const { topology } of [scenario, control]) {
      expect(parseTopology(structuredClone(topology), ALL_RULES)).toEqual(topology);
    }
    // What is switched off is a part of the topology, what clients do, or what an operator does instead.
    const titles = ({ faults }: Scenario) => faults.map(({ fault }) => fault.title);
    const parts = (one: Scenario) => [one.topology, one.load, titles(one)];
    expect(parts(control)).not.toEqual(parts(scenario));
  });

  test("promises something, and its control names promises that exist", () => {
    expect(scenario.objectives).not.toEqual([]);
    const ids = control.objectives.map(({ id }) => id);
    expect(scenario.control.mustFail).not.toEqual([]);
    for (const id of scenario.control.mustFail) expect(ids).toContain(id);
    for (const { minimumSamples } of scenario.objectives) {
      expect(minimumSamples).toBeGreaterThan(0);
    }
  });

  test("is loaded by a client at an address and port that the topology serves", () => {
    const { nodes, virtualAddress, listeners } = scenario.topology;
    const client = nodes.find(({ id }) => id === scenario.load.client);
    expect(client?.role).toBe("client");
    const served = [virtualAddress?.address, ...nodes.map(({ address }) => address)];
    const { address, otherAddresses = [] } = scenario.load;
    for (const one of [address, ...otherAddresses]) expect(served).toContain(one);
    expect(listeners.map(({ port }) => port)).toContain(scenario.load.port);
  });

  test("predicts what the timers of its manifest allow", () => {
    const derived = [...[takeover(scenario), splitBrain(scenario)], ...checks(scenario)].filter(
      (one) => one !== null,
    );
    for (const predicted of scenario.predictions.filter(isOfManifest)) {
      const expected = derived.find(({ of }) => of === predicted.of);
      expect(predicted).toEqual(expected);
    }
    for (const { bound } of scenario.objectives) {
      if (bound.kind === "predicted") expect(scenario.predictions).toContainEqual(bound.window);
    }
  });

  test("spreads its fault over the period that its manifest says", () => {
    const { heartbeat, topology } = scenario;
    if (heartbeat === undefined) {
      return expect(scenario.predictions.filter(isOfManifest)).toEqual([]);
    }
    expect(heartbeat.periodMs).toBe(
      heartbeat.of === "advert"
        ? topology.virtualAddress?.vrrp.advertIntervalMs
        : topology.pools[0]?.healthCheck?.intervalMs,
    );
  });

  test("observes for longer than the slowest thing it predicts, and can tell it apart", () => {
    for (const { ceilingMs, floorMs } of scenario.predictions) {
      expect(scenario.observeMs).toBeGreaterThan(ceilingMs + scenario.stableMs);
      expect(10_000 / scenario.load.ratePerSecond).toBeLessThan(floorMs);
    }
  });

  test("runs only programs that a requirement brings", () => {
    const brought = requirementsOf([scenario.topology]).map(({ id }) => id);
    const programs = scenario.topology.nodes.flatMap(({ processes }) =>
      processes.map(({ argv }) => argv[0] ?? ""),
    );
    for (const program of new Set(programs)) {
      const ours = program.startsWith("evenkeel-");
      if (ours) expect(findProgram(program, programPath(""))).not.toBeNull();
      else expect(brought).toContain(program.replace(/-server$/, ""));
    }
  });
});

/** The window of a takeover by the second of the owners. */
function takeover({ topology }: Scenario): PredictedWindow | null {
  const { virtualAddress } = topology;
  const [, backup] = virtualAddress?.owners ?? [];
  if (virtualAddress === undefined || backup === undefined) return null;
  const { advertIntervalMs } = virtualAddress.vrrp;
  return vrrpTakeover({ advertIntervalMs, backupPriority: backup.priority });
}

/** The window of a split brain while no adverts are heard, when the second of the owners takes over. */
function splitBrain({ topology, faults }: Scenario): PredictedWindow | null {
  const [step] = faults;
  const { virtualAddress } = topology;
  const [, backup] = virtualAddress?.owners ?? [];
  if (step?.fault.kind !== "split-brain" || step.forMs === undefined) return null;
  if (virtualAddress === undefined || backup === undefined) return null;
  const { advertIntervalMs } = virtualAddress.vrrp;
  return vrrpSplitBrain({ advertIntervalMs, backupPriority: backup.priority }, step.forMs);
}

/** The windows of the checks: a dead node is silent, anything else is seen at once. */
function checks({ topology, faults }: Scenario): PredictedWindow[] {
  const check = topology.pools[0]?.healthCheck;
  if (check === undefined) return [];
  const { intervalMs, timeoutMs, rise, fall, jitter } = check;
  const failure = faults[0]?.fault.kind === "silent-kill" ? "silent" : "refused";
  const timers = { intervalMs, timeoutMs, fall, jitter, failure } as const;
  return [
    checkDetection({ ...timers, scheduling: "start-to-start" }),
    checkReadmission({ intervalMs, jitter, rise }),
  ];
}

/**
 * Ejections by live traffic go by what the balancer is told, which the manifest does not show; clients
 * that try another address by what their load says.
 */
function isOfManifest({ source }: PredictedWindow): boolean {
  return !source.includes("outlier") && !source.startsWith("a client");
}
