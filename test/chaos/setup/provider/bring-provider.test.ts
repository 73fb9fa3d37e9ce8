import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { expect, test, vi } from "vitest";
import { bringProvider } from "../../../../chaos/setup/provider/bring-provider.ts";
import { checkProvider } from "../../../../chaos/setup/provider/check-provider.ts";
import { terraformCliConfig } from "../../../../chaos/setup/provider/cli-config.ts";
import { filesOfMirror, providerPlace } from "../../../../chaos/setup/provider/provider-place.ts";
import { fakePrograms, type FakePrograms } from "../fake-programs.ts";

vi.setConfig({ testTimeout: 60_000 });

/** Writes what it was called with where the program should go. */
const GO = `[ "$1" = -C ] && [ "$4" = -mod=readonly ] || exit 2
while [ "$1" != -o ]; do shift; done
echo "built $3" > "$2"`;

/** Puts an archive into the mirror, as the registry packs it. */
const TERRAFORM = `scratch=\${1#-chdir=}
/bin/cp "$scratch/main.tf.json" "$0.asked"
folder=$4/registry.terraform.io/kreuzwerker/docker
/bin/mkdir -p "$folder"
echo packed > "$folder/terraform-provider-docker_4.5.0_linux_${process.arch === "arm64" ? "arm64" : "amd64"}.zip"`;

interface Scratch extends AsyncDisposable {
  readonly folder: string;
}

async function scratch(): Promise<Scratch> {
  const folder = await mkdtemp(join(tmpdir(), "evenkeel-provider-"));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

async function bring(fake: FakePrograms, folder: string, registry: boolean) {
  const told: string[] = [];
  const tell = (text: string): void => void told.push(text);
  const place = providerPlace(join(folder, "provider"));
  const problem = await bringProvider(
    { machine: fake.machine, steps: { doing: tell, done: tell, failed: tell } },
    { place, registryAnswers: async () => registry },
  );
  return { place, problem, told, finding: await checkProvider(fake.machine, place) };
}

test("where the registry answers, its release is put into the mirror, and nothing is built", async () => {
  await using at = await scratch();
  await using fake = await fakePrograms({ terraform: TERRAFORM, go: "exit 1" });
  const { problem, finding, place } = await bring(fake, at.folder, true);
  expect(problem).toBeNull();
  expect(finding).toMatchObject({ state: "ready", version: "4.5.0", path: place.archive });
  expect(await readFile(place.cliConfig, "utf8")).toContain(place.mirror);
  expect(JSON.parse(await readFile(join(fake.folder, "terraform.asked"), "utf8"))).toEqual({
    terraform: {
      required_providers: {
        docker: { source: "registry.terraform.io/kreuzwerker/docker", version: "4.5.0" },
      },
    },
  });
  expect((await readdir(dirname(place.mirror))).sort()).toEqual([
    basename(place.mirror),
    "terraform.rc",
  ]);
});

test("where it does not, the pinned sources are built", async () => {
  await using at = await scratch();
  await using fake = await fakePrograms({ go: GO });
  const { problem, finding, place, told } = await bring(fake, at.folder, false);
  expect(problem).toBeNull();
  expect(finding).toMatchObject({ state: "ready", path: place.program });
  expect(await readFile(place.program, "utf8")).toContain("terraform-provider-docker");
  expect(told.join()).toContain("go builds");
  expect((await readdir(dirname(place.mirror))).sort()).toEqual([
    basename(place.mirror),
    "terraform.rc",
  ]);
});

test("what the registry refuses is built", async () => {
  await using at = await scratch();
  await using fake = await fakePrograms({
    terraform: "echo 'no such version' >&2; exit 1",
    go: GO,
  });
  const { problem, told } = await bring(fake, at.folder, true);
  expect(problem).toBeNull();
  expect(told.join("\n")).toContain(
    "terraform providers mirror failed: no such version: go builds",
  );
});

test("a build that fails leaves nothing, and its reason is told", async () => {
  await using at = await scratch();
  await using fake = await fakePrograms({ go: "echo 'missing go.sum entry' >&2; exit 1" });
  const { problem, finding, place } = await bring(fake, at.folder, false);
  expect(problem).toBe("go build failed: missing go.sum entry");
  expect(finding).toMatchObject({ state: "missing" });
  expect(await readdir(dirname(place.mirror))).toEqual([]);
});

test("without registry and Go the reason is told", async () => {
  await using at = await scratch();
  await using fake = await fakePrograms({});
  const { problem } = await bring(fake, at.folder, false);
  expect(problem).toBe("its registry does not answer, and there is no Go to build it with");
});

test("what is there already is not brought again; only Terraform is pointed at it", async () => {
  await using at = await scratch();
  const place = providerPlace(join(at.folder, "provider"));
  await mkdir(dirname(place.program), { recursive: true });
  await writeFile(place.program, "of an earlier set-up");
  // As a checkout has it that was moved.
  await writeFile(place.cliConfig, terraformCliConfig("/elsewhere"));
  await using fake = await fakePrograms({});
  expect(await checkProvider(fake.machine, place)).toMatchObject({ state: "missing" });
  const { problem, finding } = await bring(fake, at.folder, false);
  expect(problem).toBeNull();
  expect(finding).toMatchObject({ state: "ready", path: place.program });
  expect(await readFile(place.program, "utf8")).toBe("of an earlier set-up");
});

test("a set-up that was faster is no error, and what it brought stays", async () => {
  await using at = await scratch();
  const { program } = providerPlace(join(at.folder, "provider"));
  await using fake = await fakePrograms({
    go: `/bin/mkdir -p "${dirname(program)}"; echo of the other > "${program}"\n${GO}`,
  });
  const { problem, finding } = await bring(fake, at.folder, false);
  expect(problem).toBeNull();
  expect(finding).toMatchObject({ state: "ready" });
  expect(await readFile(program, "utf8")).toBe("of the other\n");
});

test("the mirror changes with what is pinned, and names the processor as Terraform does", () => {
  const place = providerPlace("/state", "x64");
  expect(place.mirror).toMatch(/^\/state\/mirror-[\da-f]{16}$/);
  expect(place.cliConfig).toBe("/state/terraform.rc");
  expect(place.program).toContain("/registry.terraform.io/kreuzwerker/docker/4.5.0/linux_amd64/");
  expect(filesOfMirror("/state", "arm64").archive).toMatch(/_4\.5\.0_linux_arm64\.zip$/);
});
