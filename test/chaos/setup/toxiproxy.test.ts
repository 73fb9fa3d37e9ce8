import { readdir, readFile, utimes, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  bringToxiproxy,
  buildToxiproxy,
  TOXIPROXY_VERSION,
} from "../../../chaos/setup/toxiproxy.ts";
import { fakePrograms } from "./fake-programs.ts";

/** Installs a `server` that tells what it was built from. */
const GO = `echo "$@" > "$GOBIN/server"`;

test("what go builds is moved into place, and nothing else is left", async () => {
  await using fake = await fakePrograms({ go: GO });
  const destination = join(fake.folder, "tools/bin");
  expect(await buildToxiproxy(fake.machine, undefined, destination)).toBeNull();
  expect(await readdir(join(fake.folder, "tools"))).toEqual(["bin"]);
  const built = await readFile(join(destination, "toxiproxy-server"), "utf8");
  expect(built).toContain(`toxiproxy/v2/cmd/server@v${TOXIPROXY_VERSION}`);
  expect(built).toContain(`Version=${TOXIPROXY_VERSION}`);
});

test("a build that fails leaves what was there, and its reason is told", async () => {
  await using fake = await fakePrograms({ go: GO });
  const destination = join(fake.folder, "tools/bin");
  await buildToxiproxy(fake.machine, undefined, destination);
  await fake.add("go", 'echo half > "$GOBIN/server"; echo "dial tcp: no such host" >&2; exit 1');
  expect(await buildToxiproxy(fake.machine, undefined, destination)).toBe(
    "go install failed: dial tcp: no such host",
  );
  expect(await readFile(join(destination, "toxiproxy-server"), "utf8")).toContain("install");
  expect(await readdir(join(fake.folder, "tools"))).toEqual(["bin"]);
});

test("an interrupted build leaves nothing behind", async () => {
  await using fake = await fakePrograms({ go: 'echo half > "$GOBIN/server"; exec /bin/sleep 60' });
  const destination = join(fake.folder, "tools/bin");
  const interrupted = new AbortController();
  const building = buildToxiproxy(fake.machine, interrupted.signal, destination);
  await expect
    .poll(async () => (await readdir(join(fake.folder, "tools")).catch(() => [])).length)
    .toBe(2);
  interrupted.abort();
  expect(await building).not.toBeNull();
  expect(await readdir(join(fake.folder, "tools"))).toEqual(["bin"]);
  expect(await readdir(destination)).toEqual([]);
});

test("what a killed build left is swept, but not what may still be running", async () => {
  await using fake = await fakePrograms({ go: GO });
  const tools = join(fake.folder, "tools");
  await mkdir(join(tools, "partial-old"), { recursive: true });
  await mkdir(join(tools, "partial-young"));
  const longAgo = new Date(Date.now() - 2 * 60 * 60 * 1000);
  await utimes(join(tools, "partial-old"), longAgo, longAgo);
  await buildToxiproxy(fake.machine, undefined, join(tools, "bin"));
  expect((await readdir(tools)).sort()).toEqual(["bin", "partial-young"]);
});

test("the official release is taken where it can be had, and nothing is built", async () => {
  await using fake = await fakePrograms({ go: 'echo called > "$0.log"' });
  const told: string[] = [];
  const tell = (text: string): void => void told.push(text);
  const steps = { doing: tell, done: tell, failed: tell };
  expect(await bringToxiproxy({ machine: fake.machine, steps }, async () => null)).toBeNull();
  expect(told).toEqual([
    `downloading toxiproxy-server ${TOXIPROXY_VERSION} of its official release`,
  ]);
  expect(await readdir(fake.folder)).toEqual(["go"]);
});

test("without release and Go the reason is the release's", async () => {
  await using fake = await fakePrograms({});
  const steps = { doing: () => undefined, done: () => undefined, failed: () => undefined };
  const bringing = { machine: fake.machine, steps };
  expect(await bringToxiproxy(bringing, async () => "no such host")).toBe("no such host");
});
