import type { Deployment } from "../../../chaos/environment/environment.ts";
import { nodeOf, parseTopology, type Topology } from "../../../stacks/topology.ts";

/** The link of `linkedTopology`. */
export const LINK = "client--store";
/** Where its store listens. */
export const STORE_PORT = 6379;
/** Where its fault point listens. */
export const LISTEN_PORT = 9001;
/** Redis answers it with some kilobytes, and closes. */
export const MUCH = { send: "INFO\r\nQUIT\r\n" };

/** A client that reaches a Redis through a fault point. */
export function linkedTopology(): Topology {
  const common = { prefixLength: 24 };
  const proxies = [
    {
      name: LINK,
      listen: `0.0.0.0:${LISTEN_PORT}`,
      upstream: `198.18.7.31:${STORE_PORT}`,
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
              ...["redis-server", "--port", String(STORE_PORT), "--bind", "0.0.0.0"],
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
        ...{ id: LINK, from: "client", to: "store", port: STORE_PORT },
        via: { node: "faults", listenPort: LISTEN_PORT },
      },
    ],
  });
}

/** Silence is told from a busy machine by its time alone. */
const WITHIN_MS = 3_000;

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

/** What came of a connection from the client. */
export interface Seen {
  readonly outcome: string;
  readonly bytes: number;
  readonly firstMs: number | null;
  readonly tookMs: number;
}

/** What comes of a connection from the client to a node, by a program that knows nothing of faults. */
export async function seenByClient(
  deployment: Deployment,
  to: { readonly node: string; readonly port: number; readonly send: string },
): Promise<Seen> {
  const lines: string[] = [];
  const host = nodeOf(deployment.topology, to.node).address;
  const argv = ["node", "-e", PROGRAM, host, String(to.port), to.send, String(WITHIN_MS)];
  const program = await deployment
    .node("client")
    .spawn(argv, { onStdout: (line) => lines.push(line) });
  await program.exited;
  return JSON.parse(lines.join("")) as Seen;
}
