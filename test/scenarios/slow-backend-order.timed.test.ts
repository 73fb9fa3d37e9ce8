import { expect, test, type TestContext } from "vitest";
import { NamespaceEnvironment } from "../../chaos/environment/namespace/namespace-environment.ts";
import { runExperiment } from "../../chaos/experiment.ts";
import { RUNS_DIRECTORY } from "../../chaos/setup/paths.ts";
import { ITS_TURNS, LATE_SHARE, slowBackendUnder } from "../../scenarios/slow-backend.ts";
import { whyStarved } from "../scenario-outcome.ts";
import { Algorithm } from "../../stacks/constructs/algorithm.ts";

const SLOW_FOR_MS = 4_000;
/** Outlives three runs in which every trial is measured again as often as it may be. */
const PATIENCE_MS = 400_000;

/** Share of the requests that came too late while one backend of eleven was slow. Skips the test when the machine could not measure. */
async function lateShareUnder(
  { skip }: TestContext,
  name: string,
  algorithm: Algorithm,
): Promise<number> {
  const { record } = await runExperiment({
    scenario: slowBackendUnder(algorithm, SLOW_FOR_MS),
    id: `slow-backend-${name}`,
    trials: 1,
    seed: 20_260,
    runsDirectory: RUNS_DIRECTORY,
    control: false,
    command: "npm test -- test/scenarios/slow-backend-order.timed.test.ts",
    signal: new AbortController().signal,
    environment: (logDirectory) => new NamespaceEnvironment({ logDirectory }),
    onProgress: () => undefined,
  });
  const starved = whyStarved(record);
  if (starved !== null) skip(starved);
  const trial = record.trials.at(-1);
  expect(trial?.faults.map(({ verified }) => verified.active)).toEqual([true]);
  return trial?.objectives[LATE_SHARE]?.measured.value ?? Number.NaN;
}

test(
  "with one slow backend of eleven, least connections beats round robin, and peak EWMA both (Buoyant, 2016)",
  { timeout: PATIENCE_MS },
  async (context) => {
    const turns = await lateShareUnder(context, "round-robin", Algorithm.roundRobin());
    const load = await lateShareUnder(context, "least-connections", Algorithm.leastConnections());
    const latency = await lateShareUnder(context, "peak-ewma", Algorithm.peakEwma());
    // Round robin loses the slow one's turns, which are counted exactly but for the moments of begin and end.
    expect(turns).toBeGreaterThan(ITS_TURNS * 0.9);
    expect(turns).toBeLessThan(ITS_TURNS * 1.1);
    // One in flight at a time, while others have none; and about one in all, until it is forgotten.
    expect(load).toBeLessThan(turns / 2);
    expect(latency).toBeLessThan(load * 0.75);
  },
);
