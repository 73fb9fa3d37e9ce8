import { expect, test } from "vitest";
import { NotSetUp, requireLab, requirementsOf } from "../../../chaos/setup/lab-requirements.ts";
import { activePassive } from "../../../stacks/topologies/active-passive.ts";
import { fixtureTopology } from "../report/fixture.ts";
import { fakePrograms } from "./fake-programs.ts";

const WHOLE = activePassive().topology;
const WITHOUT_FAILOVER = activePassive({ failover: "none" }).topology;
const BASICS = [
  "linux",
  "node",
  "util-linux",
  "iproute2",
  "user-namespaces",
  "lab-network",
  "tini",
];

test("a topology needs the basics of a lab and the programs of its nodes, nothing else", () => {
  const ids = requirementsOf([WHOLE]).map(({ id }) => id);
  expect(ids).toEqual([...BASICS, "keepalived", "nftables", "socat", "redis", "toxiproxy"]);
});

test("a pair that hands over plainly needs no packet filter", () => {
  const plain = activePassive({ handover: "plain" }).topology;
  expect(requirementsOf([plain]).map(({ id }) => id)).not.toContain("nftables");
});

test("nodes that run nothing need the basics alone", () => {
  expect(requirementsOf([fixtureTopology()]).map(({ id }) => id)).toEqual(BASICS);
  expect(requirementsOf([]).map(({ id }) => id)).toEqual(BASICS);
});

test("without failover no keepalived is needed, but all topologies together are what counts", () => {
  const without = requirementsOf([WITHOUT_FAILOVER]).map(({ id }) => id);
  expect(without).not.toContain("keepalived");
  const both = requirementsOf([WITHOUT_FAILOVER, WHOLE]).map(({ id }) => id);
  expect(both).toContain("keepalived");
});

test("what is missing is told with why it is needed and how to get it, all at once", async () => {
  await using fakes = await fakePrograms({
    tini: 'echo "tini version 0.1.0"',
    ip: 'echo "ip utility, iproute2-6.1.0"',
    bridge: "exit 0",
  });
  const error: unknown = await requireLab([WHOLE], fakes.machine).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(NotSetUp);
  const { message } = error as NotSetUp;
  expect(message).toContain(
    "keepalived moves the floating address; keepalived not found on PATH. Install the package keepalived",
  );
  expect(message).toContain("tini is process 1 of every node;");
  expect(message).toContain("is version 0.1.0, and 0.18 or later is needed");
  expect(message).toContain("Redis stores the sessions");
  expect(message).toContain("Toxiproxy is the fault point on a link");
  expect(message).not.toContain("iproute2");
  expect(message).not.toContain("Chromium");
  expect(message).toMatch(/"npm run setup".*"npx evenkeel doctor" to see everything\.$/);
});
