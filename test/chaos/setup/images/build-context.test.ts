import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { layOutNode, layOutPrograms } from "../../../../chaos/setup/images/build-context.ts";
import { SOURCE_DATE_EPOCH } from "../../../../chaos/setup/images/source-date.ts";

test("a context has one folder a layer, laid out as the image, the same whenever it is made", async () => {
  const folder = await mkdtemp(join(tmpdir(), "evenkeel-context-"));
  try {
    const file = async (name: string): Promise<string> => {
      await writeFile(join(folder, name), name, { mode: 0o600 });
      return join(folder, name);
    };
    const parts = {
      node: await file("node"),
      toxiproxy: await file("toxiproxy-server"),
      launchers: [await file("evenkeel-agent")],
      bundles: [await file("agent.cjs"), await file("prober.cjs")],
    };
    const context = join(folder, "context");
    await mkdir(context);
    await layOutNode(context, parts.node);
    await layOutPrograms(context, parts);

    const entries = (await readdir(context, { recursive: true })).sort();
    expect(entries.filter((entry) => /\/(node|[^/]*[.-][^/]*)$/.test(entry))).toEqual([
      "node/usr/local/bin/node",
      "programs/opt/evenkeel/bin/evenkeel-agent",
      "programs/opt/evenkeel/bundles/agent.cjs",
      "programs/opt/evenkeel/bundles/prober.cjs",
      "toxiproxy/usr/local/bin/toxiproxy-server",
    ]);
    const stats = await Promise.all(entries.map((entry) => stat(join(context, entry))));
    expect(new Set(stats.map(({ mtimeMs }) => mtimeMs))).toEqual(
      new Set([Number(SOURCE_DATE_EPOCH) * 1000]),
    );
    expect(stats.map(({ mode }) => (mode & 0o777).toString(8))).toEqual(
      entries.map((entry) => (entry.endsWith(".cjs") ? "644" : "755")),
    );
    // What they were copied from is as it was.
    expect((await stat(parts.node)).mtimeMs).not.toBe(Number(SOURCE_DATE_EPOCH) * 1000);
  } finally {
    await rm(folder, { recursive: true });
  }
});
