import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { Deployment } from "../../../chaos/environment/environment.ts";
import { NamespaceEnvironment } from "../../../chaos/environment/namespace/namespace-environment.ts";
import { killNode } from "../../../chaos/faults/kill-node.ts";
import { killProcess } from "../../../chaos/faults/kill-process.ts";
import { stallLink } from "../../../chaos/faults/stall-link.ts";
import { stopNode } from "../../../chaos/faults/stop-node.ts";
import { addressOwner, node } from "../../../chaos/faults/target.ts";
import { nodeOf } from "../../../stacks/topology.ts";
import { activePassive } from "../../../stacks/topologies/active-passive.ts";
import { Watch } from "../environment/watch.ts";
import { faultContract } from "./fault-contract.ts";
import { toxiproxyMissing } from "./toxiproxy-server.ts";

const { topology, pool } = activePassive();
const link = pool.sessionFaults;
if (link === undefined) throw new RangeError("The session store has no fault point.");

let directory = "";
let deployment: Deployment;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "evenkeel-faults-"));
  deployment = await new NamespaceEnvironment({ logDirectory: directory }).deploy(topology);
});
afterAll(async () => {
  // Undefined when `deploy` failed.
  await (deployment as Deployment | undefined)?.[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

const dead = async (deployed: Deployment, id: string): Promise<boolean> =>
  (await deployed.node(id).inspect()).running === 0;

/** Whether the client is answered by a port, on a connection of its own. */
const answers = async (
  deployed: Deployment,
  target: { readonly host: string; readonly port: number },
  ask?: string,
): Promise<boolean> => {
  await using watch = await Watch.start(deployed.node("client"), target, ask);
  return watch.attempts[0]?.answer === "answered";
};

faultContract(() => deployment, {
  fault: killNode(node("app-1"), { silent: false }),
  active: dead,
  evidence: /^app-1: 0 processes run, link cut$/,
});

faultContract(() => deployment, {
  fault: killNode(addressOwner, { silent: true }),
  active: dead,
  evidence: /^lb-[ab]: 0 processes run, link cut$/,
});

faultContract(() => deployment, {
  fault: stopNode(addressOwner, { graceMs: 20_000 }),
  active: dead,
  evidence: /^lb-[ab] told "(?:vrrp\.fault|balancer\.draining|process\.exited)" at \d+ ns$/,
});

faultContract(() => deployment, {
  fault: stopNode(node("app-2"), { graceMs: 20_000 }),
  active: dead,
  evidence: /^app-2 told "process\.exited" at \d+ ns$/,
});

faultContract(() => deployment, {
  fault: killProcess(node("app-3"), nodeOf(topology, "app-3").processes[0]?.name ?? ""),
  active: async (deployed) =>
    !(await answers(deployed, { host: nodeOf(topology, "app-3").address, port: 8080 })),
  evidence: /^app-3: \S+ ended by SIGKILL$/,
});

faultContract(() => deployment, {
  fault: stallLink(link.id, { send: "PING\r\n" }),
  active: async (deployed) =>
    !(await answers(
      deployed,
      { host: link.endpoint.address, port: link.endpoint.port },
      "PING\r\n",
    )),
  evidence: /canary through \S+: answered .* before, silent for \d{3,4} ms during the fault/,
  missing: toxiproxyMissing(),
});
