import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { baseInputs, ensureBaseImage } from "../../../../chaos/setup/images/base-image.ts";
import type { Machine } from "../../../../chaos/setup/machine.ts";
import { fakePrograms, filesOf, type FakePrograms } from "../fake-programs.ts";

const QUIET = { doing: () => undefined, done: () => undefined, failed: () => undefined };

/** Writes down how it was called; `image` and `pull` answer as told. */
function docker(answers: { readonly image?: string; readonly pull?: string }): string {
  return `echo "$@" >> "$0.log"
case "$1" in image) ${answers.image ?? "exit 1"} ;; pull) ${answers.pull ?? "exit 1"} ;; esac`;
}

async function calls(fake: FakePrograms): Promise<readonly string[]> {
  return (await readFile(join(fake.folder, "docker.log"), "utf8")).trimEnd().split("\n");
}

const ensure = async (machine: Machine, fresh = false): Promise<string | null> =>
  ensureBaseImage({ machine, steps: QUIET }, fresh);

test("a base of the same inputs is left alone, unless a fresh one is asked for", async () => {
  const image = `echo ${await baseInputs()}`;
  await using fake = await fakePrograms({ docker: docker({ image, pull: "exit 0" }) });
  expect(await ensure(fake.machine)).toBeNull();
  expect((await calls(fake)).filter((call) => !call.startsWith("image inspect"))).toEqual([]);
  expect(await ensure(fake.machine, true)).toBeNull();
  expect((await calls(fake)).at(-1)).toMatch(/^build .*--no-cache/);
});

test("where the registry answers, the base stands on the official image", async () => {
  await using fake = await fakePrograms({ docker: docker({ pull: "exit 0" }) });
  expect(await ensure(fake.machine)).toBeNull();
  const built = (await calls(fake)).at(-1) ?? "";
  expect(built).toMatch(/^build --file \S+base\.Dockerfile .*--tag evenkeel\/base:dev/);
  expect(built).toContain("PACKAGES=iproute2 keepalived nftables redis-server socat tini");
  expect(
    (await calls(fake)).some((call) => /^pull --quiet debian:bookworm-\d{8}-slim$/.test(call)),
  ).toBe(true);
});

test("without a registry the base is made of packages, and imported", async () => {
  await using fake = await fakePrograms(
    {
      docker: docker({}),
      debootstrap: `for root; do :; done; /bin/mkdir -p "$root/usr/share/doc" "$root/usr/bin"; echo "$@" > "$0.log"`,
      tar: `while [ "$1" != --directory ]; do shift; done; cd "$2" && echo usr/* > "$0.log"; echo usr/share/* >> "$0.log"`,
    },
    { uid: 0, read: filesOf({}) },
  );
  expect(await ensure(fake.machine)).toBeNull();
  expect((await calls(fake)).at(-1)).toMatch(/^import .*LABEL evenkeel\.inputs=\S+ .*base:dev$/);
  expect(await readFile(join(fake.folder, "debootstrap.log"), "utf8")).toMatch(
    /^--variant=minbase --include=iproute2,keepalived,nftables,redis-server,socat,tini bookworm /,
  );
  // What no node reads is gone.
  expect(await readFile(join(fake.folder, "tar.log"), "utf8")).toBe(
    "usr/bin usr/share\nusr/share/*\n",
  );
});

test("what fails on the way is told, and nothing is imported", async () => {
  await using fake = await fakePrograms(
    { docker: docker({}), debootstrap: "echo 'E: Failed getting release file'; exit 1" },
    { uid: 0, read: filesOf({}) },
  );
  expect(await ensure(fake.machine)).toBe("debootstrap failed: Failed getting release file");
  expect((await calls(fake)).some((call) => call.startsWith("import"))).toBe(false);
});

test("without a registry an ordinary user is told who can make the base", async () => {
  await using fake = await fakePrograms({ docker: docker({}) }, { uid: 1000, read: filesOf({}) });
  expect(await ensure(fake.machine)).toContain("only root can make evenkeel/base:dev");
});
