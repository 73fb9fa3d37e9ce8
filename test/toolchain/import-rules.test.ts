import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** A line planted at the end of a file of this path; absent `refusedBy`: it must pass. */
interface Planted {
  readonly sentence: string;
  readonly file: string;
  readonly line: string;
  /** The rule, and what its message must tell. */
  readonly refusedBy?: { readonly rule: string; readonly tells: string };
}

const through = (tells: string) => ({ rule: "eslint(no-restricted-imports)", tells });
const nothingOfTheRest = through("balancer imports nothing of the rest");
const onlyIndex = through("only through balancer/index.ts");
const onlyTopology = through("only through stacks/topology.ts");
const onlyCdk = through("Only stacks/cdk.ts imports cdktf");
const onlyToxiproxy = through("Only chaos/faults/toxiproxy.ts imports");
const onTop = through("chaos/cli sits on top");
const startsInEveryNode = through("starts in every node");

const PLANTED: readonly Planted[] = [
  {
    sentence: "the balancer may not import stacks",
    file: "balancer/router/a.ts",
    line: 'import { nodeOf } from "../../stacks/topology.ts"; nodeOf();',
    refusedBy: nothingOfTheRest,
  },
  {
    sentence: "the balancer may not import a mere type of chaos",
    file: "balancer/router/b.ts",
    line: 'import type { Fault } from "../../chaos/faults/fault.ts"; export type F = Fault;',
    refusedBy: nothingOfTheRest,
  },
  {
    sentence: "the balancer may not re-export from scenarios",
    file: "balancer/c.ts",
    line: 'export { backend } from "../scenarios/backend/main.ts";',
    refusedBy: nothingOfTheRest,
  },
  {
    sentence: "the balancer may not import chaos at run time",
    file: "balancer/d.ts",
    line: 'export const late = () => import("../chaos/scenario.ts");',
    refusedBy: nothingOfTheRest,
  },
  {
    sentence: "the balancer may not import cdktf",
    file: "balancer/e.ts",
    line: 'export { App } from "cdktf";',
    refusedBy: onlyCdk,
  },
  {
    sentence: "the balancer may import itself",
    file: "balancer/listener/f.ts",
    line: 'import { parse } from "../protocol/parser.ts"; parse();',
  },
  {
    sentence: "stacks may not reach behind balancer/index.ts",
    file: "stacks/constructs/a.ts",
    line: 'import { parseConfig } from "../../balancer/config.ts"; parseConfig();',
    refusedBy: onlyIndex,
  },
  {
    sentence: "stacks may not reach behind balancer/index.ts for a type",
    file: "stacks/b.ts",
    line: 'export type { BalancerConfig } from "../balancer/config.ts";',
    refusedBy: onlyIndex,
  },
  {
    sentence: "stacks may not import chaos",
    file: "stacks/c.ts",
    line: 'export const late = () => import("../chaos/faults/fault.ts");',
    refusedBy: through("stacks do not know of experiments"),
  },
  {
    sentence: "stacks may not import cdktf outside stacks/cdk.ts",
    file: "stacks/topologies/d.ts",
    line: 'import { TerraformStack } from "cdktf"; TerraformStack();',
    refusedBy: onlyCdk,
  },
  {
    sentence: "stacks may not import the provider outside stacks/cdk.ts",
    file: "stacks/e.ts",
    line: 'import type { Container } from "@cdktf/provider-docker/lib/container"; export type C = Container;',
    refusedBy: onlyCdk,
  },
  {
    sentence: "stacks may import balancer/index.ts",
    file: "stacks/f.ts",
    line: 'export { idSchema } from "../balancer/index.ts";',
  },
  {
    sentence: "stacks/cdk.ts may import cdktf and the provider",
    file: "stacks/cdk.ts",
    line: 'export { App } from "cdktf"; export { Container } from "@cdktf/provider-docker/lib/container";',
  },
  {
    sentence: "stacks/cdk.ts is bound by the other rules",
    file: "stacks/cdk.ts",
    line: 'import { scenario } from "../chaos/scenario.ts"; scenario();',
    refusedBy: through("stacks do not know of experiments"),
  },
  {
    sentence: "chaos may not reach behind balancer/index.ts",
    file: "chaos/measurement/a.ts",
    line: 'import type { EventLine } from "../../balancer/telemetry/event.ts"; export type E = EventLine;',
    refusedBy: onlyIndex,
  },
  {
    sentence: "chaos may not reach behind stacks/topology.ts",
    file: "chaos/environment/b.ts",
    line: 'export * from "../../stacks/constructs/balancer-pair.ts";',
    refusedBy: onlyTopology,
  },
  {
    sentence: "chaos may not reach behind stacks/topology.ts at run time",
    file: "chaos/c.ts",
    line: 'export const late = () => import("../stacks/main.ts");',
    refusedBy: onlyTopology,
  },
  {
    sentence: "chaos may not import cdktf",
    file: "chaos/d.ts",
    line: 'import { App } from "cdktf"; App();',
    refusedBy: onlyCdk,
  },
  {
    sentence: "chaos may not import its own command line",
    file: "chaos/report/e.ts",
    line: 'import { run } from "../cli/run.ts"; run();',
    refusedBy: onTop,
  },
  {
    sentence: "chaos may not import scenarios",
    file: "chaos/report/f.ts",
    line: 'import { scenario } from "../../scenarios/balancer-node-killed.scenario.ts"; scenario();',
    refusedBy: through("Only chaos/cli sees scenarios"),
  },
  {
    sentence: "chaos may import stacks/topology.ts and balancer/index.ts",
    file: "chaos/report/g.ts",
    line: 'export { nodeOf } from "../../stacks/topology.ts"; export { idSchema } from "../../balancer/index.ts";',
  },
  {
    sentence: "the Toxiproxy client is imported in one file only",
    file: "chaos/faults/latency.ts",
    line: 'import { Toxiproxy } from "toxiproxy-node-client"; Toxiproxy();',
    refusedBy: onlyToxiproxy,
  },
  {
    sentence: "not even the command line imports the Toxiproxy client",
    file: "chaos/cli/heal.ts",
    line: 'export const late = () => import("toxiproxy-node-client");',
    refusedBy: onlyToxiproxy,
  },
  {
    sentence: "chaos/faults/toxiproxy.ts may import the Toxiproxy client",
    file: "chaos/faults/toxiproxy.ts",
    line: 'import { Toxiproxy } from "toxiproxy-node-client"; Toxiproxy();',
  },
  {
    sentence: "chaos/faults/toxiproxy.ts is bound by the other rules",
    file: "chaos/faults/toxiproxy.ts",
    line: 'import type { Pair } from "../../stacks/constructs/balancer-pair.ts"; export type P = Pair;',
    refusedBy: onlyTopology,
  },
  {
    sentence: "the command line may import everything of ours",
    file: "chaos/cli/a.ts",
    line: 'export { pair } from "../../stacks/topologies/active-passive.ts"; export { x } from "../../balancer/config.ts"; export { y } from "../../scenarios/y.scenario.ts";',
  },
  {
    sentence: "scenarios may import everything of ours",
    file: "scenarios/a.scenario.ts",
    line: 'export { pair } from "../stacks/topologies/active-passive.ts"; export { x } from "../balancer/config.ts";',
  },
  {
    sentence: "scenarios may not import cdktf",
    file: "scenarios/b.scenario.ts",
    line: 'export { App } from "cdktf";',
    refusedBy: onlyCdk,
  },
  {
    sentence: "the prober may not load zod",
    file: "chaos/measurement/prober/a.ts",
    line: 'import { z } from "zod"; z();',
    refusedBy: startsInEveryNode,
  },
  {
    sentence: "the node agent may not load zod through the manifest",
    file: "chaos/environment/node-agent/a.ts",
    line: 'import { parseTopology } from "../../../stacks/topology.ts"; parseTopology();',
    refusedBy: startsInEveryNode,
  },
  {
    sentence: "the node agent may import types of the manifest, and the balancer's events",
    file: "chaos/environment/node-agent/b.ts",
    line: 'import type { TopologyNode } from "../../../stacks/topology.ts"; export type N = TopologyNode; export { eventWriter } from "../../../balancer/telemetry/event.ts";',
  },
  {
    sentence: "no source imports a test",
    file: "chaos/h.ts",
    line: 'import { lab } from "../test/chaos/lab.ts"; lab();',
    refusedBy: through("Sources do not import tests"),
  },
  {
    sentence: "nobody exports a default",
    file: "chaos/i.ts",
    line: "export default 1;",
    refusedBy: { rule: "import(no-default-export)", tells: "default" },
  },
  {
    sentence: "two files may not import each other",
    file: "balancer/cycle-one.ts",
    line: 'import { two } from "./cycle-two.ts"; export const one = () => two();',
    refusedBy: { rule: "import(no-cycle)", tells: "ycle" },
  },
  {
    sentence: "two files may not import each other, seen from the other",
    file: "balancer/cycle-two.ts",
    line: 'import { one } from "./cycle-one.ts"; export const two = () => one();',
    refusedBy: { rule: "import(no-cycle)", tells: "ycle" },
  },
];

interface Diagnostic {
  readonly code: string;
  readonly message: string;
  readonly help?: string;
  readonly filename: string;
}

describe("the linter keeps the folders apart", () => {
  const root = resolve(import.meta.dirname, "../..");
  let tree = "";
  let found: readonly (Diagnostic & { readonly text: string })[] = [];

  // Each line gets a folder of its own, so two lines for the same path do not mix.
  const folderOf = (planted: Planted): string =>
    planted.file.startsWith("balancer/cycle")
      ? "cycle"
      : String(PLANTED.findIndex((candidate) => candidate === planted));

  beforeAll(async () => {
    tree = await mkdtemp(join(tmpdir(), "evenkeel-import-rules-"));
    const rules = await rulesWithoutTypes(join(root, ".oxlintrc.json"));
    for (const planted of PLANTED) {
      const folder = join(tree, folderOf(planted));
      const file = join(folder, planted.file);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(join(folder, ".oxlintrc.json"), rules);
      await writeFile(file, `${planted.line}\n`);
    }
    const folders = [...new Set(PLANTED.map(folderOf))];
    const reports = await Promise.all(folders.map((folder) => lint(root, join(tree, folder))));
    found = reports.flatMap((diagnostics, index) =>
      diagnostics.map((diagnostic) => ({
        ...diagnostic,
        filename: `${folders[index]}/${diagnostic.filename}`,
        text: `${diagnostic.message} ${diagnostic.help ?? ""}`,
      })),
    );
  }, 60_000);

  afterAll(async () => rm(tree, { recursive: true, force: true }));

  test.each(PLANTED.filter((planted) => planted.refusedBy !== undefined))(
    "$sentence",
    (planted) => {
      const of = found.filter(
        (diagnostic) => diagnostic.filename === `${folderOf(planted)}/${planted.file}`,
      );
      expect(of.map((diagnostic) => diagnostic.code)).toEqual([planted.refusedBy?.rule]);
      expect(of[0]?.text).toContain(planted.refusedBy?.tells);
    },
  );

  test.each(PLANTED.filter((planted) => planted.refusedBy === undefined))(
    "$sentence",
    (planted) => {
      const of = found.filter(
        (diagnostic) => diagnostic.filename === `${folderOf(planted)}/${planted.file}`,
      );
      expect(of).toEqual([]);
    },
  );
});

/** The project's rules without those that need types: the planted imports lead nowhere. */
async function rulesWithoutTypes(file: string): Promise<string> {
  const config = JSON.parse(await readFile(file, "utf8")) as { options: object };
  return JSON.stringify({ ...config, options: { ...config.options, typeAware: false } });
}

/** What the linter says of a folder. */
async function lint(root: string, folder: string): Promise<readonly Diagnostic[]> {
  const oxlint = join(root, "node_modules/.bin/oxlint");
  const output = await new Promise<string>((done, failed) => {
    execFile(
      process.execPath,
      [oxlint, "--config", ".oxlintrc.json", "--format", "json", "."],
      { cwd: folder },
      // It ends with 1 when it finds something; only a missing report is an error.
      (error, stdout, stderr) =>
        stdout.startsWith("{") ? done(stdout) : failed(new Error(stderr, { cause: error })),
    );
  });
  return (JSON.parse(output) as { diagnostics: Diagnostic[] }).diagnostics;
}
