import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { checkImages } from "../../../../chaos/setup/images/check-images.ts";
import { imageParts, wantedImages } from "../../../../chaos/setup/images/parts.ts";
import { fakePrograms } from "../fake-programs.ts";

vi.setConfig({ testTimeout: 60_000 });

/** An engine with images whose inputs are the files beside the client, named after the image. */
const DOCKER = `case "$1 $3" in
"version {{.Server.Version}}") echo 20.10.24 ;;
"version {{.Server.Arch}}") echo ${process.arch === "arm64" ? "arm64" : "amd64"} ;;
"info "*) echo /var/lib/docker ;;
"image "*) for image; do :; done; /bin/cat "\${0%/*}/$(echo "$image" | /usr/bin/tr /: --)" ;;
esac`;

const PROGRAMS = { docker: DOCKER, "toxiproxy-server": "" };

test("images are ready, missing, or made of other sources", async () => {
  await using fake = await fakePrograms(PROGRAMS);
  const parts = await imageParts(fake.machine);
  const wanted = await wantedImages(parts);
  expect(wanted.map(({ name }) => name)).toEqual([
    "evenkeel/node:dev",
    "evenkeel/redis:dev",
    "evenkeel/toxiproxy:dev",
  ]);
  expect(await checkImages(fake.machine)).toMatchObject({
    state: "missing",
    problem: "the engine has no evenkeel/node:dev, evenkeel/redis:dev, evenkeel/toxiproxy:dev",
    next: "Run `npm run images`.",
  });

  const has = async (image: string, inputs: string): Promise<void> =>
    writeFile(join(fake.folder, image.replaceAll(/[/:]/g, "-")), inputs);
  for (const { name, inputs } of wanted) await has(name, inputs);
  expect(await checkImages(fake.machine)).toMatchObject({ state: "ready" });

  await has("evenkeel/redis:dev", "of other sources");
  expect(await checkImages(fake.machine)).toMatchObject({
    state: "missing",
    problem: "not made of the present sources: evenkeel/redis:dev",
  });
});

test("another bundle makes other images, another Toxiproxy only that one", async () => {
  const folder = await mkdtemp(join(tmpdir(), "evenkeel-parts-"));
  try {
    const file = async (name: string, text: string): Promise<string> => {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    };
    const inputs = async (bundle: string, toxiproxy: string): Promise<readonly string[]> => {
      const wanted = await wantedImages({
        node: await file("node", "node"),
        launchers: [],
        bundles: [await file("agent.cjs", bundle)],
        toxiproxy: await file("toxiproxy-server", toxiproxy),
      });
      return wanted.map((image) => image.inputs);
    };
    const before = await inputs("one", "one");
    expect(await inputs("one", "one")).toEqual(before);
    expect(new Set(before).size).toBe(3);
    const otherToxiproxy = await inputs("one", "other");
    expect(otherToxiproxy.map((one, index) => one === before[index])).toEqual([true, true, false]);
    const otherBundle = await inputs("other", "one");
    expect(otherBundle.map((one, index) => one === before[index])).toEqual([false, false, false]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("without an engine, or without Toxiproxy, the next step is told", async () => {
  await using bare = await fakePrograms({});
  expect(await checkImages(bare.machine)).toMatchObject({
    state: "missing",
    next: expect.stringContaining("npm run setup -- --for docker"),
  });
  await using fake = await fakePrograms({ docker: DOCKER });
  expect(await checkImages(fake.machine)).toMatchObject({
    state: "broken",
    next: expect.stringContaining("There is no toxiproxy-server."),
  });
});
