import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { downloadToxiproxy } from "../../../chaos/setup/toxiproxy-release.ts";

const PROGRAM = "#!/bin/sh\necho toxiproxy-server version 2.12.0\n";
const CHECKSUM = createHash("sha256").update(PROGRAM).digest("hex");

/** A server with the files of a release, and a folder to bring them to. */
async function release(files: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), "evenkeel-release-"));
  const server = createServer((request, response) => {
    const body = files[request.url?.slice(1) ?? ""];
    response.statusCode = body === undefined ? 404 : 200;
    response.end(body ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    tools: join(folder, "tools"),
    bring: () =>
      downloadToxiproxy({
        version: "2.12.0",
        architecture: "x64",
        signal: undefined,
        destination: join(folder, "tools", "bin"),
        baseUrl: `http://127.0.0.1:${port}`,
      }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}

test("a program whose checksum the release names is brought, executable and whole", async () => {
  await using served = await release({
    "checksums.txt": `${"0".repeat(64)}  toxiproxy-cli-linux-amd64\n${CHECKSUM}  toxiproxy-server-linux-amd64\n`,
    "toxiproxy-server-linux-amd64": PROGRAM,
  });
  expect(await served.bring()).toBeNull();
  const file = join(served.tools, "bin", "toxiproxy-server");
  expect(await readFile(file, "utf8")).toBe(PROGRAM);
  expect((await stat(file)).mode & 0o777).toBe(0o755);
  expect(await readdir(served.tools)).toEqual(["bin"]);
});

test("a program with another checksum is refused and nothing is left", async () => {
  await using served = await release({
    "checksums.txt": `${CHECKSUM}  toxiproxy-server-linux-amd64\n`,
    "toxiproxy-server-linux-amd64": `${PROGRAM}# changed\n`,
  });
  expect(await served.bring()).toContain("has SHA-256");
  await expect(stat(served.tools)).rejects.toThrow("ENOENT");
});

test("a release without the file is told, and so is one that cannot be reached", async () => {
  await using served = await release({ "checksums.txt": "" });
  expect(await served.bring()).toBe(
    "the release names no checksum for toxiproxy-server-linux-amd64",
  );
  const gone = await release({});
  await gone[Symbol.asyncDispose]();
  const unreachable = await gone.bring();
  expect(unreachable).toMatch(/^the release cannot be reached: .*ECONNREFUSED/);
});

test("a processor without a release is told before anything is asked", async () => {
  const answer = await downloadToxiproxy({
    version: "2.12.0",
    architecture: "riscv64",
    signal: undefined,
    fetch: () => Promise.reject(new Error("asked")),
  });
  expect(answer).toBe("there is no release for riscv64");
});
