import { outageWithin } from "../../chaos/objectives/objectives.ts";
import type { Scenario } from "../../chaos/scenario.ts";
import { fakeFault, type FakeEnvironment } from "./fake-environment.ts";
import { windowOf } from "./objectives/trial-data.ts";
import { fixtureTopology } from "./report/fixture.ts";

/** The outage that a fake scenario is allowed. */
export const FAKE_WINDOW = windowOf(0, 40);

/** A scenario of a fake world that holds, takes milliseconds, and marks nothing. */
export function fakeScenario(world: FakeEnvironment, change: Partial<Scenario> = {}): Scenario {
  return {
    sentence: "When the fake breaks, it comes back.",
    topology: fixtureTopology(),
    load: {
      client: "client",
      address: "198.18.7.100",
      port: 8080,
      path: "/",
      headers: {},
      ratePerSecond: 500,
      connectTimeoutMs: 5,
      totalTimeoutMs: 5,
    },
    steadyState: { durationMs: 6, deadlineMs: 20_000 },
    faults: [{ fault: fakeFault(world), afterMs: 0 }],
    observeMs: 10_000,
    stableMs: 6,
    marks: () => ({
      detected: { absent: "nobody detects" },
      elected: { absent: "nobody is elected" },
      moved: { absent: "nothing moves" },
    }),
    predictions: [],
    objectives: [outageWithin({ window: FAKE_WINDOW, slackMs: 100 })],
    trials: 2,
    control: { without: "anything", change: {}, mustFail: ["outage"] },
    ...change,
  };
}
