import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  collisions,
  containersInState,
  faultsInForce,
  statePathOf,
  type Surroundings,
} from "../../../chaos/deploy/check-deployable.ts";
import {
  bootIdOfThisMachine,
  LABELS,
  LEASE_SCHEMA,
  leasePath,
  type Lease,
} from "../../../stacks/topology.ts";
import { smallTopology } from "../environment/small-topology.ts";

const topology = smallTopology({ publishedPorts: [{ port: 8080, hostPort: 8081 }] });
const free: Surroundings = {
  containers: [],
  networks: [],
  knownToTerraform: new Set(),
  statePath: ".evenkeel/state/small.tfstate",
  addresses: [{ interfaceName: "lo", cidr: "127.0.0.1/8" }],
  isPortFree: () => Promise.resolve(true),
};
const ours = { [LABELS.topology]: "small" };
const container = { id: "c1", name: "small-app-1", labels: ours, hostPorts: [8081] };
const network = { id: "n1", name: "evenkeel-small", labels: ours, subnets: ["198.18.7.0/24"] };

describe("what is in the way of a deployment", () => {
  test("is nothing on an empty engine", async () => {
    expect(await collisions(topology, free)).toEqual([]);
  });

  test("is not what this very deployment has made before", async () => {
    const deployed = {
      ...free,
      containers: [container],
      networks: [network],
      knownToTerraform: new Set(["c1"]),
      addresses: [{ interfaceName: "br-1", cidr: "198.18.7.1/24" }],
      isPortFree: () => Promise.resolve(false),
    };
    expect(await collisions(topology, deployed)).toEqual([]);
  });

  test.each<[string, Partial<Surroundings>, RegExp]>([
    [
      "a container of that name which is not ours",
      { containers: [{ ...container, labels: {} }] },
      /container small-app-1 that evenkeel has not made\. Rename or remove it/,
    ],
    [
      "a deployment from another checkout",
      { containers: [container] },
      /that \.evenkeel\/state\/small\.tfstate does not know: small-app-1.*npm run destroy -- small/,
    ],
    [
      "a network that overlaps",
      { networks: [{ id: "n2", name: "shop", labels: {}, subnets: ["198.18.0.0/16"] }] },
      /subnet 198\.18\.7\.0\/24 of small is in use: network shop has 198\.18\.0\.0\/16\. Give/,
    ],
    [
      "an interface with an address of it",
      { addresses: [{ interfaceName: "wg0", cidr: "198.18.7.9/32" }] },
      /in use: interface wg0 has 198\.18\.7\.9\/32/,
    ],
    [
      "a port that is taken",
      { isPortFree: (port) => Promise.resolve(port !== 8081) },
      /Port 8081 of 127\.0\.0\.1, which node app-1 is published at, is taken\. Publish/,
    ],
    [
      "a port that another container has",
      {
        containers: [{ id: "c9", name: "web", labels: {}, hostPorts: [8081] }],
        isPortFree: () => Promise.resolve(false),
      },
      /is taken by container web\./,
    ],
  ])("is %s", async (_, around, problem) => {
    const problems = await collisions(topology, { ...free, ...around });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
  });

  test("is told all at once", async () => {
    const problems = await collisions(topology, {
      ...free,
      containers: [container, { ...container, id: "c2", name: "small-client", labels: {} }],
      addresses: [{ interfaceName: "wg0", cidr: "198.18.7.9/24" }],
    });
    expect(problems).toHaveLength(3);
  });
});

describe("files of the project", () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), "evenkeel-deploy-"))));
  afterEach(() => rmSync(root, { recursive: true }));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };

  test("the state tells which containers Terraform has made; without one it has made none", async () => {
    const path = statePathOf(root, "small");
    expect(await containersInState(path)).toEqual(new Set());
    const instances = [{ attributes: { id: "c1" } }];
    const resources = [
      { type: "docker_container", instances },
      { type: "docker_network", instances: [{ attributes: { id: "n1" } }] },
    ];
    write(path, JSON.stringify({ version: 4, resources }));
    expect(await containersInState(path)).toEqual(new Set(["c1"]));
  });

  const lease = (change: Partial<Lease>): Lease => ({
    schema: LEASE_SCHEMA,
    topology: "shop",
    bootId: bootIdOfThisMachine(),
    runner: { pid: 42, startTicks: 1 },
    expiresNs: (process.hrtime.bigint() + 3_600_000_000_000n).toString(),
    ...change,
  });

  test.each<[string, string, RegExp | null]>([
    ["an experiment that runs", JSON.stringify(lease({})), /Process 42 .*on shop.*Wait until/],
    [
      "one that was left behind",
      JSON.stringify(lease({ expiresNs: "1" })),
      /shop has not been undone\. Heal it: npx evenkeel heal shop/,
    ],
    ["one before the last boot", JSON.stringify(lease({ bootId: "another" })), null],
    ["a file that is no lease", "{", /holds no lease that can be read\. Remove it/],
  ])("of %s it is told whether it keeps a deployment out", (_, text, problem) => {
    write(leasePath(root, "shop"), text);
    const problems = faultsInForce(root);
    if (problem === null) expect(problems).toEqual([]);
    else {
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(problem);
    }
  });
});
