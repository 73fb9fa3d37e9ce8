import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keepalivedArgv } from "../../../../balancer/index.ts";
import type { Deployment, TimelineEvent } from "../../../../chaos/environment/environment.ts";
import { NamespaceEnvironment } from "../../../../chaos/environment/namespace/namespace-environment.ts";
import type { TopologyInput } from "../../../../stacks/topology.ts";
import { smallTopology } from "../small-topology.ts";

const FLOATING = "198.18.7.10";
const CONFIG = "/run/evenkeel/keepalived.conf";

let directory = "";
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "evenkeel-address-"))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

type OnExit = NonNullable<
  NonNullable<TopologyInput["nodes"][number]["processes"]>[number]["onExit"]
>;

/** app-1 with the real keepalived, which holds the floating address because nobody else wants it. */
const deploy = (onExit: OnExit): Promise<Deployment> =>
  new NamespaceEnvironment({ logDirectory: directory }).deploy(
    smallTopology(
      {
        files: [
          {
            kind: "file",
            path: CONFIG,
            content: `global_defs {
  vrrp_version 3
}
vrrp_instance VI_1 {
  state BACKUP
  interface {{interface}}
  virtual_router_id 51
  priority 240
  advert_int 0.05
  unicast_src_ip 198.18.7.21
  unicast_peer {
    198.18.7.51
  }
  virtual_ipaddress {
    ${FLOATING}/24 dev {{interface}}
  }
}
`,
          },
        ],
        processes: [
          {
            name: "web",
            argv: ["evenkeel-backend", "--port", "8080"],
            readiness: { kind: "tcp", port: 8080, deadlineMs: 15_000 },
          },
          {
            name: "keepalived",
            argv: keepalivedArgv(CONFIG),
            readiness: { kind: "output", pattern: "Startup complete", deadlineMs: 15_000 },
            onExit,
          },
        ],
        observe: ["addresses"],
      },
      { observe: ["adverts"] },
    ),
  );

const told = (
  deployment: Deployment,
  type: TimelineEvent["type"],
  data: Readonly<Record<string, unknown>>,
): Promise<TimelineEvent> =>
  deployment.waitForEvent(
    (event) =>
      event.node === "app-1" &&
      event.type === type &&
      Object.entries(data).every(([key, value]) => event.data[key] === value),
    { deadlineMs: 15_000, waitingFor: type, node: "app-1" },
  );

async function addresses(deployment: Deployment): Promise<string> {
  const lines: string[] = [];
  const { exited } = await deployment
    .node("app-1")
    .spawn(["ip", "-o", "-4", "address", "show"], { onStdout: (line) => lines.push(line) });
  await exited;
  return lines.join("\n");
}

test("when keepalived dies its address goes, and the node keeps its own", async () => {
  await using deployment = await deploy({ kind: "remove-address", address: FLOATING });
  const added = await told(deployment, "address.added", { address: FLOATING, device: "eth0" });
  expect(await addresses(deployment)).toContain(`${FLOATING}/24`);

  await deployment.node("app-1").killProcess("keepalived");
  const exited = await told(deployment, "process.exited", { name: "keepalived" });
  expect(exited.data).toMatchObject({ signal: "SIGKILL" });
  const removed = await told(deployment, "address.removed", { address: FLOATING });
  expect(BigInt(removed.monotonicNs)).toBeGreaterThan(BigInt(added.monotonicNs));
  const seen = await addresses(deployment);
  expect(seen).not.toContain(FLOATING);
  expect(seen).toContain("198.18.7.21/24");
});

test("without that, a dead keepalived leaves its address behind", async () => {
  await using deployment = await deploy({ kind: "report" });
  await told(deployment, "address.added", { address: FLOATING });
  await deployment.node("app-1").killProcess("keepalived");
  await told(deployment, "process.exited", { name: "keepalived" });
  expect(await addresses(deployment)).toContain(`${FLOATING}/24`);
});

test("adverts are told with what is on the wire and when, on the clock of all events", async () => {
  const begin = process.hrtime.bigint();
  await using deployment = await deploy({ kind: "report" });
  const advert = await deployment.waitForEvent(
    (event) => event.type === "vrrp.advert" && event.node === "client",
    { deadlineMs: 15_000, waitingFor: "an advert", node: "client" },
  );
  expect(advert.data).toMatchObject({ version: 3, routerId: 51, priority: 240 });
  expect(BigInt(advert.monotonicNs)).toBeGreaterThan(begin);
  expect(BigInt(advert.monotonicNs)).toBeLessThan(process.hrtime.bigint());
});
