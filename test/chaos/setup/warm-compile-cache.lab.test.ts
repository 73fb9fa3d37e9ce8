import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { thisMachine } from "../../../chaos/setup/machine.ts";
import { warmCompileCache } from "../../../chaos/setup/warm-compile-cache.ts";

test("the cache is filled for root of a user namespace, once", async () => {
  const folder = await mkdtemp(join(tmpdir(), "evenkeel-cache-"));
  try {
    expect(await warmCompileCache(thisMachine(), folder)).toBeNull();
    // Node keeps one folder per version, architecture and user id: `v24.21.0-x64-…-0`.
    const cache = (await readdir(folder)).find((name) => name.startsWith("v"));
    expect(cache).toMatch(/-0$/);
    // One file a program: agent, backend, balancer, call, command, lab host, prober, toxics.
    expect(await readdir(join(folder, cache ?? ""))).toHaveLength(8);

    const stamp = await stat(join(folder, "warmed"));
    expect(await warmCompileCache(thisMachine(), folder)).toBeNull();
    expect((await stat(join(folder, "warmed"))).mtimeMs).toBe(stamp.mtimeMs);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a folder that cannot be written to is told, not thrown", async () => {
  const folder = await mkdtemp(join(tmpdir(), "evenkeel-cache-"));
  try {
    await writeFile(join(folder, "file"), "");
    expect(await warmCompileCache(thisMachine(), join(folder, "file/cache"))).toContain("ENOTDIR");
  } finally {
    await rm(folder, { recursive: true });
  }
});
