import { expect, test } from "vitest";
import { killNode } from "../../../chaos/faults/kill-node.ts";
import { killProcess } from "../../../chaos/faults/kill-process.ts";
import { hungService, fast5xx } from "../../../chaos/faults/misbehaviours.ts";
import { partition } from "../../../chaos/faults/packet-faults.ts";
import { returnNode } from "../../../chaos/faults/return-node.ts";
import { someOf } from "../../../chaos/faults/some-of.ts";
import { splitBrain } from "../../../chaos/faults/split-brain.ts";
import { addressOwner, node } from "../../../chaos/faults/target.ts";
import { together } from "../../../chaos/faults/together.ts";
import { activePassive } from "../../../stacks/topologies/active-passive.ts";
import { FakeDeployment } from "./fake-deployment.ts";
import { downNowOf } from "../../../chaos/faults/down-now.ts";
import type { Fault } from "../../../chaos/faults/fault.ts";

const { topology, pool } = activePassive({ count: 4 });
const ids = pool.nodes.map(({ id }) => id);
const kill = (id: string): Fault => killNode(node(id), { silent: true });

const down = (fault: Fault) => fault.takesDown?.(topology) ?? [];

test.each<[string, Fault, ReturnType<typeof down>]>([
  ["a killed node", kill("app-1"), [{ count: 1, of: ["app-1"] }]],
  [
    "whoever holds the address, one of its owners",
    killNode(addressOwner, { silent: true }),
    [{ count: 1, of: ["lb-a", "lb-b"] }],
  ],
  ["the process that serves", killProcess(node("lb-a"), "balancer"), [{ count: 1, of: ["lb-a"] }]],
  ["not the one that only moves the address", killProcess(node("lb-a"), "keepalived"), []],
  ["a backend that hangs", hungService(node("app-1")), [{ count: 1, of: ["app-1"] }]],
  ["not one that hangs for some", hungService(node("app-1"), { share: 0.5 }), []],
  ["not one that answers errors", fast5xx(node("app-1")), []],
  [
    "a backend that no balancer reaches",
    partition(node("app-1"), ["lb-a", "lb-b"]),
    [{ count: 1, of: ["app-1"] }],
  ],
  ["not one that one of them reaches", partition(node("app-1"), ["lb-a"]), []],
  ["not balancers that do not hear each other", splitBrain(["lb-a", "lb-b"]), []],
  [
    "a node that returns, until then",
    returnNode(node("lb-a"), { takeoverMs: 1 }),
    [{ count: 1, of: ["lb-a"], when: "before" }],
  ],
  [
    "all that are hurt together",
    together([kill("app-1"), kill("lb-a")]),
    [
      { count: 1, of: ["app-1"] },
      { count: 1, of: ["lb-a"] },
    ],
  ],
  ["a share of them", someOf(0.5, ids, kill), [{ count: 2, of: ids }]],
])("of the nodes that a fault takes down: %s", (_, fault, expected) => {
  expect(down(fault)).toEqual(expected);
});

test("whom it takes down now is known once it is prepared, and of a share all that the seed chose", async () => {
  const deployment = new FakeDeployment(topology);
  const fault = someOf(0.5, ids, kill);
  await using prepared = await fault.prepare(deployment, { seed: 7 });
  const chosen = downNowOf(fault, prepared, topology);
  expect(chosen).toHaveLength(2);
  expect(chosen).toContain(prepared.aim());
  const single = kill("app-3");
  await using one = await single.prepare(deployment);
  expect(downNowOf(single, one, topology)).toEqual(["app-3"]);
  const harmless = splitBrain(["lb-a", "lb-b"]);
  expect(downNowOf(harmless, { ...one }, topology)).toEqual([]);
});
