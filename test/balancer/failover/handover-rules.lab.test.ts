import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { handoverRules } from "../../../balancer/failover/handover-rules.ts";
import type { Deployment } from "../../../chaos/environment/environment.ts";
import { macOf } from "../../../chaos/environment/namespace/lab-network.ts";
import { NamespaceEnvironment } from "../../../chaos/environment/namespace/namespace-environment.ts";
import { parseTopology, type TopologyInput } from "../../../stacks/topology.ts";

const FLOATING = "198.18.7.10";
const ADDRESS = { old: "198.18.7.11", new: "198.18.7.12" } as const;
const RULES = "/run/evenkeel/handover.nft";
const PATIENCE = { timeout: 10_000, interval: 5 };

type NodeId = keyof typeof ADDRESS;

let directory = "";
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "evenkeel-handover-"))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

interface Options {
  readonly preempt?: boolean;
  /** How many of them the window keeps. */
  readonly handshakes?: number;
}

/** A node that says every line back with its own name before it. */
function echoing(
  id: NodeId,
  peer: NodeId,
  { preempt, handshakes }: Required<Options>,
): TopologyInput["nodes"][number] {
  const rules = handoverRules({
    virtualAddress: FLOATING,
    peer: ADDRESS[peer],
    priority: 250,
    preempt,
    windowMs: 60_000,
  });
  // Kept for longer, so that a slow machine changes nothing.
  const content = rules
    .replace("size 65536", `size ${handshakes}`)
    .replace("timeout 5s", "timeout 60s");
  return {
    id,
    role: "balancer",
    group: "lb",
    address: ADDRESS[id],
    prefixLength: 24,
    extraAddresses: id === "old" ? [`${FLOATING}/24`] : [],
    loopbackAddresses: [`${FLOATING}/32`],
    sysctls: { "net.ipv4.conf.all.arp_ignore": "1", "net.ipv4.conf.all.arp_announce": "2" },
    files: [{ kind: "file", path: RULES, content }],
    packetFilters: [RULES],
    processes: [
      {
        name: "echo",
        argv: ["socat", "TCP-LISTEN:8080,fork", `SYSTEM:sed -u s/^/${id}=/`],
        readiness: { kind: "tcp", port: 8080, deadlineMs: 10_000 },
      },
    ],
  };
}

const deploy = ({ preempt = false, handshakes = 100 }: Options = {}): Promise<Deployment> =>
  new NamespaceEnvironment({ logDirectory: directory }).deploy(
    parseTopology({
      schema: "evenkeel.topology/1",
      id: "handover",
      subnet: "198.18.7.0/24",
      nodes: [
        echoing("old", "new", { preempt, handshakes }),
        echoing("new", "old", { preempt, handshakes }),
        {
          id: "client",
          role: "client",
          group: "client",
          address: "198.18.7.51",
          prefixLength: 24,
          reaches: [{ address: FLOATING, port: 8080, deadlineMs: 10_000 }],
        },
      ],
    }),
  );

/** A connection of the client to the floating address. */
interface Conversation {
  /** Says a line, and waits for the answer or the end. */
  say(line: string): Promise<string>;
}

const ENDED = "(ended)";

async function converse(deployment: Deployment): Promise<Conversation> {
  const heard: string[] = [];
  const client = await deployment
    .node("client")
    .spawn(["socat", "-", `TCP:${FLOATING}:8080`], { onStdout: (line) => heard.push(line) });
  void client.exited.then(() => heard.push(ENDED));
  return {
    say: async (line) => {
      const before = heard.length;
      client.write(line);
      await vi.waitUntil(() => heard.length > before, PATIENCE);
      return heard[before] ?? "";
    },
  };
}

async function run(deployment: Deployment, id: string, argv: readonly string[]): Promise<void> {
  const { exited } = await deployment.node(id).spawn(argv);
  expect(await exited).toEqual({ code: 0, signal: null });
}

/** What the old node tells its peer by VRRP: 0 gives the address away, anything else holds it. */
async function advertise(deployment: Deployment, priority: number): Promise<void> {
  const octets = [0x31, 51, priority, 1]
    .map((octet) => `\\${octet.toString(8).padStart(3, "0")}`)
    .join("");
  const send = `printf '${octets}' | socat -u - IP4-SENDTO:${ADDRESS.new}:112`;
  await run(deployment, "old", ["sh", "-ec", send]);
}

async function move(deployment: Deployment): Promise<void> {
  const address = (verb: string) => ["ip", "address", verb, `${FLOATING}/24`, "dev", "eth0"];
  await run(deployment, "old", address("delete"));
  await run(deployment, "new", address("add"));
  const mac = macOf(ADDRESS.new);
  const learn = ["ip", "neighbour", "replace", FLOATING, "lladdr", mac, "dev", "eth0"];
  await run(deployment, "client", learn);
}

test("a connection goes on where it began when its node gave the address away, and new ones begin at the peer", async () => {
  await using deployment = await deploy();
  const open = await converse(deployment);
  expect(await open.say("one")).toBe("old=one");

  await advertise(deployment, 0);
  await move(deployment);
  const fresh = await converse(deployment);
  expect(await fresh.say("two")).toBe("new=two");
  expect(await open.say("three")).toBe("old=three");
  expect(await fresh.say("four")).toBe("new=four");
});

test("a connection is reset at once when its node lost the address without a word", async () => {
  await using deployment = await deploy();
  const open = await converse(deployment);
  expect(await open.say("one")).toBe("old=one");

  await advertise(deployment, 250);
  await move(deployment);
  expect(await open.say("two")).toBe(ENDED);
});

test("a node that takes the address back ends the window, so that nothing is passed to and fro", async () => {
  await using deployment = await deploy();
  const open = await converse(deployment);
  expect(await open.say("one")).toBe("old=one");

  await advertise(deployment, 0);
  await advertise(deployment, 250);
  await move(deployment);
  expect(await open.say("two")).toBe(ENDED);
});

test("a connection goes on where it began when a node of higher priority takes the address", async () => {
  await using deployment = await deploy({ preempt: true });
  const open = await converse(deployment);
  expect(await open.say("one")).toBe("old=one");

  await advertise(deployment, 249);
  await move(deployment);
  expect(await open.say("two")).toBe("old=two");
});

test("a connection that began while the window was open is known without an entry of its handshake", async () => {
  await using deployment = await deploy();
  await advertise(deployment, 0);
  await move(deployment);
  const fresh = await converse(deployment);
  expect(await fresh.say("one")).toBe("new=one");
  await run(deployment, "new", ["nft", "flush", "set", "ip", "evenkeel_handover", "handshakes"]);
  expect(await fresh.say("two")).toBe("new=two");
});

test("when more handshakes come than are kept, they are served all the same, and nothing is passed on any more", async () => {
  await using deployment = await deploy({ handshakes: 1 });
  const open = await converse(deployment);
  expect(await open.say("one")).toBe("old=one");

  await advertise(deployment, 0);
  await move(deployment);
  const first = await converse(deployment);
  expect(await first.say("two")).toBe("new=two");
  expect(await open.say("three")).toBe("old=three");
  const second = await converse(deployment);
  expect(await second.say("four")).toBe("new=four");
  expect(await first.say("five")).toBe("new=five");
  expect(await open.say("six")).toBe(ENDED);
});
