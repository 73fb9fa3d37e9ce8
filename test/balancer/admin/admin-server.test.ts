import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request, type IncomingMessage } from "node:http";
import { connect, createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { AdminFailed } from "../../../balancer/admin/admin-failed.ts";
import { AdminServer } from "../../../balancer/admin/admin-server.ts";
import type { Config } from "../../../balancer/config.ts";
import { subjectOf } from "./subject.ts";

const TOKEN = "0123456789abcdef";
let directory = "";
let path = "";
const servers: AdminServer[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "evenkeel-admin-"));
  path = join(directory, "admin.sock");
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  rmSync(directory, { recursive: true, force: true });
});

async function started(config: Config["admin"]): Promise<AdminServer> {
  const server = new AdminServer(config, subjectOf());
  servers.push(server);
  await server.start();
  return server;
}

async function ask(options: object) {
  const [response] = (await once(request(options).end(), "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return {
    status: response.statusCode,
    headers: response.headers,
    body: JSON.parse(text) as { code?: string },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

describe("on a unix socket", () => {
  test("it answers JSON that nobody may keep", async () => {
    await started({ socket: path });
    const { status, headers } = await ask({ socketPath: path, path: "/healthz?x=1" });
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("application/json");
    expect(headers["cache-control"]).toBe("no-store");
  });

  test("the socket is for its owner alone, and goes with the server", async () => {
    const server = await started({ socket: path });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await server.close();
    expect(existsSync(path)).toBe(false);
  });

  test("a page in a browser is refused", async () => {
    await started({ socket: path });
    const headers = { origin: "https://example.org" };
    const { status, body } = await ask({ socketPath: path, path: "/pools", headers });
    expect([status, body.code]).toEqual([403, "browser-refused"]);
  });

  test("a command whose body breaks off is not carried out", async () => {
    const subject = subjectOf();
    const disabled = vi.spyOn(subject, "administer");
    const server = new AdminServer({ socket: path }, subject);
    servers.push(server);
    await server.start();
    const command = (length: number): string =>
      `POST /pools/app/backends/b1/disable HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n{}`;
    const broken = connect(path).on("error", () => {});
    broken.end(command(100));
    await once(broken.resume(), "close");
    expect(disabled).not.toHaveBeenCalled();
    const whole = connect(path).on("error", () => {});
    whole.write(command(2));
    await once(whole, "data");
    whole.destroy();
    expect(disabled).toHaveBeenCalledTimes(1);
  });

  test("a socket file that a killed process left behind does not keep it from starting", async () => {
    const script = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
    spawnSync(process.execPath, ["-e", script]);
    expect(existsSync(path)).toBe(true);
    await started({ socket: path });
    expect((await ask({ socketPath: path, path: "/healthz" })).status).toBe(200);
  });

  test("a socket on which another process listens is left alone", async () => {
    await started({ socket: path });
    await expect(started({ socket: path })).rejects.toThrow(/another process listens on it/);
    expect((await ask({ socketPath: path, path: "/healthz" })).status).toBe(200);
  });

  test("a file that is no socket is left alone", async () => {
    writeFileSync(path, "precious");
    await expect(started({ socket: path })).rejects.toThrow(AdminFailed);
    expect(existsSync(path)).toBe(true);
  });

  test("a missing folder is named with the next step", async () => {
    const missing = join(directory, "no", "admin.sock");
    await expect(started({ socket: missing })).rejects.toThrow(/Make its folder/);
  });
});

describe("on tcp", () => {
  test.each([
    ["without the token", {}, 401],
    ["with another one", { authorization: "Bearer wrong" }, 401],
    ["with the token in another scheme", { authorization: `Basic ${TOKEN}` }, 401],
    ["with the token", { authorization: `Bearer ${TOKEN}` }, 200],
  ])("a request %s is answered accordingly", async (_, headers, expected) => {
    const port = await freePort();
    await started({ address: "127.0.0.1", port, token: TOKEN });
    const answer = await ask({ host: "127.0.0.1", port, path: "/healthz", headers });
    expect(answer.status).toBe(expected);
    expect(answer.headers["www-authenticate"]).toBe(expected === 401 ? "Bearer" : undefined);
  });

  test("a port that is in use is named with the next step", async () => {
    const port = await freePort();
    await started({ address: "127.0.0.1", port, token: TOKEN });
    const again = started({ address: "127.0.0.1", port, token: TOKEN });
    await expect(again).rejects.toThrow(/choose another admin\.port/);
  });
});
