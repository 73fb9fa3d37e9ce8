import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

const LAUNCHER = fileURLToPath(
  new URL("../../../stacks/images/bin/evenkeel-backend", import.meta.url),
);

/** A program of a test: ends with it. */
export interface Program extends AsyncDisposable {
  readonly port: number;
  readonly child: ChildProcess;
  /** Exit code, once it has ended by itself or by a signal. */
  readonly exited: Promise<number | null>;
}

/** The sample application as a node runs it, on a free port of the loopback. */
export async function startBackend(...flags: string[]): Promise<Program> {
  const child = spawn(LAUNCHER, ["--address", "127.0.0.1", "--port", "0", ...flags], {
    env: { ...process.env, EVENKEEL_NODE_ID: "app-1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const line = await lineWith(child, /ready on port (\d+)/);
  return program(child, Number(line[1]));
}

/** A Redis without persistence, on a free port of the loopback. */
export async function startRedis(port?: number): Promise<Program> {
  const at = port ?? (await freePort());
  const argv = ["--port", String(at), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const child = spawn("redis-server", argv, { stdio: ["ignore", "pipe", "pipe"], cwd: "/tmp" });
  await lineWith(child, /Ready to accept connections/);
  return program(child, at);
}

/** What a request came back with. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Readonly<Record<string, unknown>>;
  readonly tookMs: number;
  /** When it was complete, in the order of all replies of this process. */
  readonly doneAtMs: number;
}

/** One request on a connection of its own. */
export async function ask(
  target: { readonly port: number },
  path: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<Reply> {
  const began = performance.now();
  const sent = request({ host: "127.0.0.1", port: target.port, path, agent: false, ...options });
  sent.end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk;
  const doneAtMs = performance.now();
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: JSON.parse(text) as Record<string, unknown>,
    tookMs: doneAtMs - began,
    doneAtMs,
  };
}

/** Tries until the condition holds; the test's own time limit is the end of patience. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}

function program(child: ChildProcess, port: number): Program {
  const exited = once(child, "exit").then(([code]) => code as number | null);
  return {
    port,
    child,
    exited,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

function lineWith(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let output = "";
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const match = pattern.exec(output);
      if (match !== null) resolve(match);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("error", reject);
    child.once("exit", (code) =>
      reject(new Error(`ended with ${String(code)} before it was ready: ${output}`)),
    );
  });
}
