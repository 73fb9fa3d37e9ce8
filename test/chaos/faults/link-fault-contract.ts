import { expect, test } from "vitest";
import type { Deployment } from "../../../chaos/environment/environment.ts";
import type { Fault } from "../../../chaos/faults/fault.ts";
import {
  blackHoleLink,
  closeLinkLate,
  delayLink,
  refuseLink,
  resetLink,
  sliceLink,
  throttleLink,
  truncateLink,
} from "../../../chaos/faults/link-faults.ts";
import { parseTopology, type Topology } from "../../../stacks/topology.ts";
import { FakeJournal } from "./fake-deployment.ts";
import { faultContract } from "./fault-contract.ts";

const LINK = "client--store";
const PORT = 6379;
const LISTEN_PORT = 9001;
const PING = { send: "PING\r\n" };
/** Redis answers with some kilobytes, and closes. */
const MUCH = { send: "INFO\r\nQUIT\r\n" };
/** What takes so long takes it because of a fault, on a machine that is not busy for that long. */
const LONG_MS = 1_500;

/** A client that reaches a Redis through a fault point. */
export function linkedTopology(): Topology {
  const common = { prefixLength: 24 };
  const proxies = [
    {
      name: LINK,
      listen: `0.0.0.0:${LISTEN_PORT}`,
      upstream: `198.18.7.31:${PORT}`,
      enabled: true,
    },
  ];
  const path = "/run/evenkeel/toxiproxy.json";
  return parseTopology({
    schema: "evenkeel.topology/1",
    id: "linked",
    subnet: "198.18.7.0/24",
    nodes: [
      {
        ...common,
        id: "store",
        role: "session-store",
        group: "store",
        address: "198.18.7.31",
        processes: [
          {
            name: "redis",
            argv: [
              ...["redis-server", "--port", String(PORT), "--bind", "0.0.0.0"],
              ...["--protected-mode", "no", "--save", "", "--appendonly", "no", "--dir", "/run"],
            ],
            readiness: { kind: "output", pattern: "Ready to accept", deadlineMs: 15_000 },
          },
        ],
      },
      {
        ...common,
        id: "faults",
        role: "fault-proxy",
        group: "faults",
        address: "198.18.7.41",
        files: [{ kind: "file", path, content: JSON.stringify(proxies) }],
        processes: [
          {
            name: "toxiproxy",
            argv: ["toxiproxy-server", "-host", "0.0.0.0", "-config", path],
            readiness: {
              kind: "http",
              port: 8474,
              path: "/version",
              status: 200,
              deadlineMs: 15_000,
            },
          },
        ],
      },
      { ...common, id: "client", role: "client", group: "client", address: "198.18.7.51" },
    ],
    links: [
      {
        ...{ id: LINK, from: "client", to: "store", port: PORT },
        via: { node: "faults", listenPort: LISTEN_PORT },
      },
    ],
  });
}

/** Connects, asks, and prints what came of it as JSON. It has to run where only Node is. */
const PROGRAM = `
const [, host, port, send, withinMs] = process.argv;
const begin = performance.now();
let bytes = 0, firstMs = null;
const socket = require("node:net").connect({ host, port: Number(port) }, () => socket.write(send));
const finish = (outcome) => {
  console.log(JSON.stringify({ outcome, bytes, firstMs, tookMs: performance.now() - begin }));
  process.exit();
};
setTimeout(() => finish("silent"), Number(withinMs));
socket.on("data", (chunk) => { firstMs ??= performance.now() - begin; bytes += chunk.length; });
socket.on("error", (error) => finish(error.code));
socket.on("end", () => finish("end"));
`;

interface Seen {
  readonly outcome: string;
  readonly bytes: number;
  readonly firstMs: number | null;
  readonly tookMs: number;
}

async function seen(deployment: Deployment, send: string, withinMs = 10_000): Promise<Seen> {
  const lines: string[] = [];
  const host = deployment.topology.nodes.find(({ id }) => id === "faults")?.address ?? "";
  const argv = ["node", "-e", PROGRAM, host, String(LISTEN_PORT), send, String(withinMs)];
  const program = await deployment
    .node("client")
    .spawn(argv, { onStdout: (line) => lines.push(line) });
  await program.exited;
  return JSON.parse(lines.join("")) as Seen;
}

const BEFORE = `canary through ${LINK}: answered \\(\\d+ bytes in \\d+ pieces?\\) after [\\d.]+ ms before, `;

const CASES: readonly (readonly [
  Fault,
  (look: (send: string) => Promise<Seen>) => Promise<boolean>,
  string,
])[] = [
  [
    delayLink(LINK, PING, { delayMs: LONG_MS, jitterMs: 10 }),
    async (look) => ((await look(MUCH.send)).firstMs ?? 0) >= LONG_MS - 12,
    "answered \\(7 bytes in 1 piece\\) after \\d{4}",
  ],
  [
    throttleLink(LINK, MUCH, { kilobytesPerSecond: 2 }),
    async (look) => {
      const { bytes, tookMs } = await look(MUCH.send);
      return tookMs >= bytes / 2 - 5;
    },
    "answered \\(\\d+ bytes in 1 piece\\) after \\d+",
  ],
  [
    resetLink(LINK, PING),
    async (look) => (await look(MUCH.send)).outcome === "ECONNRESET",
    "reset after [\\d.]+ ms during",
  ],
  [
    blackHoleLink(LINK, PING),
    async (look) => (await look(MUCH.send)).outcome === "silent",
    "silent for \\d{3,4} ms during",
  ],
  [
    closeLinkLate(LINK, MUCH, { delayMs: LONG_MS }),
    async (look) => {
      const { outcome, firstMs, tookMs } = await look(MUCH.send);
      return outcome === "end" && tookMs - (firstMs ?? tookMs) >= LONG_MS / 2;
    },
    "answered \\(\\d+ bytes in \\d+ pieces?\\) after \\d{4}",
  ],
  [
    sliceLink(LINK, MUCH, { sizeBytes: 600, delayMs: 200 }),
    async (look) => {
      const { bytes, tookMs } = await look(MUCH.send);
      return tookMs >= (bytes / 600 - 1) * 200 - 5;
    },
    "answered \\(\\d+ bytes in \\d+ pieces?\\) after \\d{3,4}",
  ],
  [
    truncateLink(LINK, MUCH, { bytes: 300 }),
    async (look) => (await look(MUCH.send)).bytes === 300,
    "answered \\(300 bytes",
  ],
  [
    refuseLink(LINK, PING),
    async (look) => (await look(MUCH.send)).outcome === "ECONNREFUSED",
    "refused after [\\d.]+ ms during",
  ],
];

/** What every fault of a link must do on a deployment of `linkedTopology`. */
export function linkFaultContract(deploymentOf: () => Deployment, missing: string | null): void {
  for (const [fault, active, evidence] of CASES) {
    faultContract(deploymentOf, {
      fault,
      // A black hole is told from a busy machine by its time alone.
      active: (deployment) => active((send) => seen(deployment, send, 3_000)),
      evidence: new RegExp(BEFORE + evidence),
      missing,
    });
  }

  test("a canary that cannot show a fault is no evidence of it", async (context) => {
    if (missing !== null) context.skip(missing);
    const tooLittle = throttleLink(LINK, PING, { kilobytesPerSecond: 1_000 });
    await using prepared = await tooLittle.prepare(deploymentOf());
    await using injected = await prepared.inject({ journal: new FakeJournal() });
    expect((await injected.verify()).active).toBe(false);
  });
}
