import { expect, test } from "vitest";
import type { LabStatus } from "../../../chaos/lab/protocol.ts";
import { agoOf, renderStatus } from "../../../chaos/lab/render-status.ts";
import { single } from "../../../stacks/topologies/single.ts";

const SECOND_NS = 1_000_000_000n;
const now = () => process.hrtime.bigint().toString();
const runs = { running: 3, stopped: 0, connected: true };

const status = (change: Partial<LabStatus> = {}): LabStatus => ({
  topology: single({ count: 2 }).topology,
  sinceNs: now(),
  nodes: {
    lb: runs,
    "app-1": { running: 0, stopped: 0, connected: false },
    "app-2": { running: 2, stopped: 2, connected: true },
    client: { running: 2, stopped: 1, connected: false },
  },
  owner: null,
  pools: {},
  faults: [],
  keeper: 1,
  ...change,
});

test("each node has a line that says how it is", () => {
  const text = renderStatus(status());
  expect(text).toMatch(/lb +balancer +198\.18\.9\.11 +runs$/m);
  expect(text).toMatch(/app-1 .* dead$/m);
  expect(text).toMatch(/app-2 .* frozen$/m);
  expect(text).toMatch(/client .* 1 processes frozen, cut off$/m);
  expect(text).toContain("No fault is active");
});

test("what balancers think of their backends stands below", () => {
  const backend = (id: string, change: object = {}) => ({
    id,
    health: "healthy",
    administrative: "enabled",
    ...change,
  });
  const backends = [
    backend("app-1"),
    backend("app-2", { ejected: true }),
    backend("app-3", { administrative: "draining", health: "unhealthy" }),
    backend("app-4", { health: "unhealthy" }),
  ];
  expect(renderStatus(status({ pools: { lb: [{ id: "app", backends }] } }))).toContain(
    "app: app-1 healthy, app-2 ejected, app-3 draining, app-4 unhealthy",
  );
});

test("active faults stand with their numbers, by which they are healed", () => {
  const fault = {
    id: 3,
    title: "kill of node app-1",
    target: "app-1",
    monotonicNs: now(),
    evidence: "0 processes run",
  };
  expect(renderStatus(status({ faults: [fault] }))).toMatch(
    /^ {2}3 {2}kill of node app-1 \(app-1\), for 0 s: 0 processes run$/m,
  );
});

test.for([
  [5n, "5 s"],
  [119n, "119 s"],
  [120n, "2 min"],
  [7_199n, "119 min"],
  [7_200n, "2 h"],
] as const)("%d seconds are %s", ([seconds, text]) => {
  expect(agoOf("1000", 1_000n + seconds * SECOND_NS)).toBe(text);
});
