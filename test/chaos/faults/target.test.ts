import { expect, test } from "vitest";
import {
  addressOwner,
  holdersOfAddress,
  node,
  ownerOfAddress,
} from "../../../chaos/faults/target.ts";
import { parseTopology, type Topology, type TopologyInput } from "../../../stacks/topology.ts";
import { eventOf, FakeDeployment } from "./fake-deployment.ts";

const FLOATING = "198.18.7.10";

function topology(change: Partial<TopologyInput> = {}, extra: readonly string[] = []): Topology {
  return parseTopology({
    schema: "evenkeel.topology/1",
    id: "pair",
    subnet: "198.18.7.0/24",
    nodes: ["lb-a", "lb-b", "app-1"].map((id, index) => ({
      id,
      role: id.startsWith("lb") ? "balancer" : "backend",
      group: id.slice(0, 2),
      address: `198.18.7.${11 + index}`,
      prefixLength: 24,
      extraAddresses: id === "lb-b" ? [...extra] : [],
    })),
    ...change,
  });
}

const virtualAddress = {
  address: FLOATING,
  owners: [
    { node: "lb-a", priority: 250 },
    { node: "lb-b", priority: 240 },
  ],
  vrrp: { routerId: 51, advertIntervalMs: 100, preempt: false },
};
const floating = topology({ virtualAddress });
const fixed = topology({}, [`${FLOATING}/24`]);

test("a named node is always itself, and must be there", () => {
  const target = node("app-1");
  expect(target.title).toBe("node app-1");
  expect(target.find(new FakeDeployment(floating))).toBe("app-1");
  expect(target.candidates(floating)).toEqual(["app-1"]);
  target.check(floating);
  expect(() => node("app-9").check(floating)).toThrow(/app-9.*lb-a, lb-b, app-1/);
});

test("the owner of the address is who was last seen with it, at that moment", () => {
  const deployment = new FakeDeployment(floating);
  const tell = (id: string, type: "address.added" | "address.removed", address = FLOATING): void =>
    deployment.stream.push(eventOf(id, type, { address, device: "eth0" }));
  expect(ownerOfAddress(deployment)).toBeNull();
  expect(() => addressOwner.find(deployment)).toThrow(/Nobody holds.*198\.18\.7\.10.*logs/);

  tell("lb-b", "address.added", "198.18.7.99");
  expect(ownerOfAddress(deployment)).toBeNull();
  tell("lb-a", "address.added");
  expect(addressOwner.find(deployment)).toBe("lb-a");
  // Both have it for a moment: the newcomer is who answers.
  tell("lb-b", "address.added");
  expect(addressOwner.find(deployment)).toBe("lb-b");
  tell("lb-a", "address.removed");
  expect(addressOwner.find(deployment)).toBe("lb-b");
  tell("lb-b", "address.removed");
  expect(ownerOfAddress(deployment)).toBeNull();
});

test("a balancer that died silently told nothing; whoever got the address last has it", () => {
  const deployment = new FakeDeployment(floating);
  for (const id of ["lb-a", "lb-b", "lb-a"]) {
    deployment.stream.push(eventOf(id, "address.added", { address: FLOATING, device: "eth0" }));
    expect(ownerOfAddress(deployment)).toBe(id);
  }
});

test("a balancer that died silently and was started again has nothing until it gets it anew", () => {
  const deployment = new FakeDeployment(floating);
  const added = (id: string) => eventOf(id, "address.added", { address: FLOATING, device: "eth0" });
  deployment.stream.push(added("lb-a"));
  deployment.stream.push(added("lb-b"));
  expect(holdersOfAddress(deployment)).toEqual(["lb-a", "lb-b"]);
  deployment.stream.push(eventOf("lb-a", "process.started", { name: "balancer", pid: 7 }));
  expect(holdersOfAddress(deployment)).toEqual(["lb-a", "lb-b"]);
  deployment.stream.push(eventOf("lb-a", "process.started", { name: "keepalived", pid: 8 }));
  expect(holdersOfAddress(deployment)).toEqual(["lb-b"]);
  deployment.stream.push(added("lb-a"));
  expect(holdersOfAddress(deployment)).toEqual(["lb-b", "lb-a"]);
});

test("without a floating address the owner is the balancer that has a fixed one", () => {
  expect(addressOwner.find(new FakeDeployment(fixed))).toBe("lb-b");
  expect(addressOwner.candidates(fixed)).toEqual(["lb-b"]);
  addressOwner.check(fixed);
});

test("a balancer that is alone is the owner", () => {
  const alone = topology();
  const one = { ...alone, nodes: alone.nodes.filter(({ id }) => id !== "lb-b") };
  expect(addressOwner.find(new FakeDeployment(one))).toBe("lb-a");
  expect(addressOwner.candidates(one)).toEqual(["lb-a"]);
  addressOwner.check(one);
  expect(ownerOfAddress(new FakeDeployment(alone))).toBeNull();
});

test("the owner may turn out to be any that may hold the address", () => {
  expect(addressOwner.candidates(floating)).toEqual(["lb-a", "lb-b"]);
  addressOwner.check(floating);
});

test("a topology without an address that clients use is refused before anything starts, with what to do", () => {
  expect(() => addressOwner.check(topology())).toThrow(/No balancer of topology pair.*virtualIp/);
});
