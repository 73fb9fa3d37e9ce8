import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PROJECT_ROOT } from "../../chaos/setup/paths.ts";
import { allTopologies } from "../../stacks/topologies/all-topologies.ts";

const run = promisify(execFile);
const HOOK = pathToFileURL(join(import.meta.dirname, "cdktn-in-place-of-cdktf.ts")).href;

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "evenkeel-cdktn-"))));
afterAll(() => rmSync(folder, { recursive: true }));

/** Synthesizes every topology, and gives what was written by its path. */
async function synthesized(
  name: string,
  options: readonly string[],
): Promise<Map<string, unknown>> {
  const outdir = join(folder, name);
  await run(process.execPath, [...options, "stacks/main.ts"], {
    cwd: PROJECT_ROOT,
    env: { ...process.env, CDKTF_OUTDIR: outdir },
  });
  const files = readdirSync(outdir, { recursive: true, encoding: "utf8" });
  return new Map(
    files
      .filter((file) => file.endsWith(".json"))
      .toSorted()
      .map((file) => [file, JSON.parse(readFileSync(join(outdir, file), "utf8"))]),
  );
}

test(
  "CDK Terrain in the place of cdktf synthesizes the same JSON for every topology",
  { timeout: 120_000 },
  async () => {
    const before = await synthesized("cdktf", []);
    const after = await synthesized("cdktn", ["--import", HOOK]);
    for (const { id } of allTopologies()) {
      expect([...after.keys()]).toContain(join("stacks", id, "cdk.tf.json"));
    }
    expect([...after.keys()]).toEqual([...before.keys()]);
    const versions = dependencies();
    expect([before, after].map(versionIn)).toEqual([versions["cdktf"], versions["cdktn"]]);
    expect(withoutVersions(after)).toEqual(withoutVersions(before));
  },
);

/** The version of the library that synthesized, by its manifest. */
function versionIn(files: ReadonlyMap<string, unknown>): unknown {
  return (files.get("manifest.json") as { readonly version?: unknown } | undefined)?.version;
}

/** The versions that the project names. */
function dependencies(): Readonly<Record<string, string>> {
  const named = JSON.parse(readFileSync(join(PROJECT_ROOT, "package.json"), "utf8")) as Readonly<
    Record<"dependencies" | "devDependencies", Readonly<Record<string, string>>>
  >;
  return { ...named.dependencies, ...named.devDependencies };
}

/** What was written, but for the version that the library writes of itself. */
function withoutVersions(files: ReadonlyMap<string, unknown>): Map<string, unknown> {
  return new Map(
    [...files].map(([file, json]) => {
      const copy = structuredClone(json) as {
        version?: string;
        "//"?: { metadata?: { version?: string } };
      };
      delete copy.version;
      delete copy["//"]?.metadata?.version;
      return [file, copy];
    }),
  );
}
