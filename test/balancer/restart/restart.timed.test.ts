import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Deployment, TimelineEvent } from "../../../chaos/environment/environment.ts";
import { NamespaceEnvironment } from "../../../chaos/environment/namespace/namespace-environment.ts";
import { addressOwner } from "../../../chaos/faults/target.ts";
import { activePassive } from "../../../stacks/topologies/active-passive.ts";

const { topology } = activePassive({ count: 1 });

let directory = "";
let deployment: Deployment;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "evenkeel-restart-"));
  deployment = await new NamespaceEnvironment({ logDirectory: directory }).deploy(topology);
});
afterEach(async () => {
  // Undefined when `deploy` failed.
  await (deployment as Deployment | undefined)?.[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

function told(
  node: string,
  type: TimelineEvent["type"],
  about: (event: TimelineEvent) => boolean = () => true,
): Promise<TimelineEvent> {
  return deployment.waitForEvent(
    (event) => event.node === node && event.type === type && about(event),
    { deadlineMs: 20_000, waitingFor: `${type} of ${node}` },
  );
}

test("a master that restarts keeps the address, and who kills the balancer then kills the new process", async () => {
  const owner = addressOwner.find(deployment);
  const [peer = ""] = addressOwner.candidates(topology).filter((id) => id !== owner);
  await told(peer, "vrrp.backup");
  /** What would have happened if keepalived or the node had noticed. */
  const moves = () =>
    deployment
      .events()
      .filter(({ type }) => /^(vrrp\.(?!advert)|address\.|process\.exited)/.test(type));
  const before = moves();

  await deployment.node(owner).signalProcess("balancer", "SIGUSR2");
  await told(owner, "process.replaced");
  await told(owner, "balancer.stopped", ({ data }) => data["reason"] === "replaced");
  expect(moves()).toEqual(before);
  expect(addressOwner.find(deployment)).toBe(owner);

  await deployment.node(owner).killProcess("balancer");
  const exited = await told(owner, "process.exited");
  expect(exited.data).toEqual({ name: "balancer", code: null, signal: null });
  await told(
    peer,
    "vrrp.master",
    ({ monotonicNs }) => BigInt(monotonicNs) > BigInt(exited.monotonicNs),
  );
});
