import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { programPath } from "../../../chaos/setup/paths.ts";

/** Why tests of the real Toxiproxy cannot run; null when they can. */
export function toxiproxyMissing(): string | null {
  const found = programPath()
    .split(delimiter)
    .some((directory) => {
      try {
        accessSync(join(directory, "toxiproxy-server"), constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
  return found ? null : "toxiproxy-server is not there. Run `npm run setup -- --for test`.";
}

/** Listens on a free port of the loopback interface. Disposing closes it and its connections. */
export async function listen(
  onSocket: (socket: Socket) => void,
): Promise<AsyncDisposable & { readonly port: number; readonly server: Server }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    onSocket(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    server,
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Sends back what it gets. */
export const echo = (socket: Socket): void => void socket.pipe(socket);

async function freePort(): Promise<number> {
  await using listening = await listen(() => undefined);
  return listening.port;
}

/** The real `toxiproxy-server` with one proxy, named `app--store`. Disposing ends it. */
export async function startToxiproxy(
  upstream: number,
): Promise<AsyncDisposable & { readonly url: string; readonly port: number }> {
  const [api, port] = [await freePort(), await freePort()];
  const child = spawn("toxiproxy-server", ["-host", "127.0.0.1", "-port", String(api)], {
    env: { ...process.env, PATH: programPath() },
    stdio: "ignore",
  });
  const closed = once(child, "close");
  const url = `http://127.0.0.1:${api}`;
  const dispose = async (): Promise<void> => {
    child.kill("SIGKILL");
    await closed;
  };
  const end = performance.now() + 10_000;
  const body = JSON.stringify({
    name: "app--store",
    listen: `127.0.0.1:${port}`,
    upstream: `127.0.0.1:${upstream}`,
    enabled: true,
  });
  for (;;) {
    const answer = await fetch(`${url}/proxies`, { method: "POST", body }).catch(() => null);
    if (answer?.status === 201) return { url, port, [Symbol.asyncDispose]: dispose };
    if (performance.now() > end || child.exitCode !== null) {
      await dispose();
      throw new Error(`toxiproxy-server did not start: ${answer?.status ?? "no answer"}`);
    }
    await sleep(10);
  }
}
