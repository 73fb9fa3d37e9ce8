import { describe, expect, test } from "vitest";
import { parseOptions } from "../../../scenarios/backend/options.ts";
import { declaringApp } from "../../../stacks/cdk.ts";
import { BackendPool } from "../../../stacks/constructs/backend-pool.ts";
import type { BackendPoolProps } from "../../../stacks/constructs/backend-pool.ts";
import { Balancer } from "../../../stacks/constructs/balancer.ts";
import { Duration } from "../../../stacks/constructs/duration.ts";
import { ServiceTime } from "../../../stacks/constructs/service-time.ts";
import { TopologyStack } from "../../../stacks/constructs/topology-stack.ts";
import { problemsOf } from "./problems-of.ts";

const LONGEST = Duration.minutes(10);
const LAST_SEED = 2 ** 32 - 1;

function stackWith(props: BackendPoolProps): TopologyStack {
  const stack = new TopologyStack(declaringApp(), "shop");
  new BackendPool(stack, "app", props);
  return stack;
}

/** What each backend of a pool reads from its command line. */
function optionsWith(props: BackendPoolProps) {
  const processes = stackWith(props)
    .toTopology()
    .nodes.map((node) => node.processes[0]);
  return processes.map((process) => parseOptions(process?.argv.slice(1) ?? []));
}

describe("backends that would refuse their options", () => {
  test("are refused, with all that is wrong and what to write instead", () => {
    const stack = stackWith({
      workers: 0,
      queue: 0.5,
      seed: -1,
      bootDelay: Duration.minutes(11),
      service: ServiceTime.exponential(Duration.minutes(20)),
    });
    expect(problemsOf(stack)).toMatchObject([
      { path: "pools.app.workers", value: "0", next: "Use a whole number from 1 to 10000." },
      { path: "pools.app.queue", value: "0.5", next: "Use a whole number from 0 to 1000000." },
      { path: "pools.app.seed", value: "-1" },
      { path: "pools.app.bootDelay", value: '"11m"', next: "Use 10m at most." },
      { path: "pools.app.service", value: '"20m"', next: "Use 10m at most." },
    ]);
  });

  test("are refused when only the last one's seed is too large", () => {
    expect(problemsOf(stackWith({ count: 3, seed: LAST_SEED - 1 }))).toMatchObject([
      { path: "pools.app.seed", next: `Use a whole number from 0 to ${LAST_SEED - 2}.` },
    ]);
  });

  test("are told beside what the balancer would refuse", () => {
    const stack = stackWith({ workers: 0 });
    const lb = new Balancer(stack, "lb", { configuration: { limits: { connections: 0 } } });
    lb.addListener("web").addTargets("other");
    expect(
      problemsOf(stack)
        .map(({ path }) => path)
        .toSorted(),
    ).toEqual(["limits.connections", "pools.app.workers"]);
  });

  test("are not asked when an image's own program serves, which has no such options", () => {
    expect(problemsOf(stackWith({ workers: 0, program: {} }))).toEqual([]);
  });
});

describe("backends", () => {
  test("take the ends of every range", () => {
    const least = { count: 1, workers: 1, queue: 0, seed: 0 };
    expect(optionsWith(least)).toMatchObject([{ workers: 1, queue: 0, seed: 0 }]);
    const [first, last] = optionsWith({
      count: 2,
      workers: 10_000,
      queue: 1_000_000,
      seed: LAST_SEED - 1,
      bootDelay: LONGEST,
      service: ServiceTime.constant(LONGEST),
    });
    expect(first).toMatchObject({ workers: 10_000, queue: 1_000_000, seed: LAST_SEED - 1 });
    expect(last).toMatchObject({
      seed: LAST_SEED,
      bootDelayMs: 600_000,
      service: { kind: "constant", ms: 600_000 },
    });
  });

  test("take durations with fractions as finely as they can", () => {
    const props = {
      count: 1,
      bootDelay: Duration.millis(1_500.6),
      service: ServiceTime.exponential(Duration.millis(0.001)),
    };
    expect(optionsWith(props)).toMatchObject([
      { bootDelayMs: 1_501, service: { kind: "exponential", meanMs: 0.001 } },
    ]);
  });
});
