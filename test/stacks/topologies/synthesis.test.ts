import { mkdtempSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { PROJECT_ROOT } from "../../../chaos/setup/paths.ts";
import { App, Testing } from "../../../stacks/cdk.ts";
import type { TopologyStack } from "../../../stacks/constructs/topology-stack.ts";
import { ActiveActiveStack } from "../../../stacks/topologies/active-active.ts";
import { ActivePassiveStack } from "../../../stacks/topologies/active-passive.ts";
import { SingleStack } from "../../../stacks/topologies/single.ts";

const TOPOLOGIES: readonly (readonly [string, (app: App) => TopologyStack])[] = [
  ["active-passive", (app) => new ActivePassiveStack(app)],
  ["active-active", (app) => new ActiveActiveStack(app)],
  ["single", (app) => new SingleStack(app)],
];

/** What Terraform is given, without what cdktf notes about itself and without where the state is. */
function synthesized(declare: (app: App) => TopologyStack): string {
  const { terraform, ...rest } = JSON.parse(Testing.synth(declare(Testing.app()), true)) as {
    readonly terraform: { readonly backend?: unknown };
  };
  const { backend: _, ...providers } = terraform;
  return JSON.stringify({ ...rest, terraform: providers });
}

describe.each(TOPOLOGIES)("the Terraform configuration of %s", (_, declare) => {
  test("is what it was", () => {
    expect(readable(synthesized(declare))).toMatchSnapshot();
  });

  test("is the same each time it is made", () => {
    expect(synthesized(declare)).toBe(synthesized(declare));
  });

  test("names no folder of this machine", () => {
    const text = synthesized(declare);
    for (const place of [`${process.cwd()}/`, `${homedir()}/`, "/tmp/"]) {
      expect(text).not.toContain(place);
    }
  });
});

test("the state of a topology is in the project, wherever it is synthesized, and is told as a relative path", () => {
  const outdir = mkdtempSync("/tmp/evenkeel-");
  try {
    const stack = new SingleStack(new App({ outdir }));
    const { terraform } = stack.toTerraform() as {
      readonly terraform: { readonly backend: { readonly local: { readonly path: string } } };
    };
    const { path } = terraform.backend.local;
    expect(isAbsolute(path)).toBe(false);
    const from = join(outdir, "stacks", "single");
    expect(resolve(from, path)).toBe(join(PROJECT_ROOT, ".evenkeel/state/single.tfstate"));
  } finally {
    rmSync(outdir, { recursive: true });
  }
});

/** The document with what is encoded in it spread out, so that a difference can be read. */
function readable(text: string): unknown {
  return JSON.parse(text, (_, value: unknown): unknown => {
    if (typeof value !== "string") return value;
    const [name, encoded = ""] = value.split("=");
    if (name === "EVENKEEL_NODE") return JSON.parse(Buffer.from(encoded, "base64").toString());
    // The node once more, and what all nodes have in common.
    return value.startsWith('{"node":') ? "(manifest)" : value;
  });
}
