import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scenarioIds } from "../../../chaos/cli/scenario-catalogue.ts";
import { topologyMermaid } from "../../../chaos/report/topology/mermaid.ts";
import { topologySvg } from "../../../chaos/report/topology/svg-file.ts";
import { allTopologies } from "../../../stacks/topologies/all-topologies.ts";
import { activePassive } from "../../../stacks/topologies/active-passive.ts";
import { evenkeel } from "./evenkeel-process.ts";

const { topology } = activePassive();
let folder: string;

beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "evenkeel-graph-"))));
afterAll(() => rmSync(folder, { recursive: true }));

// Each starts the command, which takes its time on a busy machine.
describe("evenkeel graph", { timeout: 60_000 }, () => {
  test("prints the ready-made topology as SVG, and nothing else", async () => {
    const { code, stdout, stderr } = await evenkeel(["graph"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(topologySvg(topology));
  });

  test("prints it as Mermaid", async () => {
    const { code, stdout } = await evenkeel(["graph", "active-passive", "--format", "mermaid"]);
    expect(code).toBe(0);
    expect(stdout).toBe(topologyMermaid(topology));
  });

  test("takes a scenario's id for its topology, and writes to a file", async () => {
    const file = join(folder, "narrow.svg");
    const { code, stdout } = await evenkeel([
      ...["graph", "session-store-stalled", "--width", "400", "--out", file],
    ]);
    expect([code, stdout]).toEqual([0, ""]);
    expect(readFileSync(file, "utf8")).toBe(topologySvg(topology, { width: 400 }));
  });

  test.each<[string, string[], ...string[]]>([
    [
      "an unknown name lists topologies and scenarios",
      ["nope"],
      'There is no topology or scenario "nope"',
      ...allTopologies().map(({ id }) => id),
      ...scenarioIds(),
    ],
    ["an unknown format lists the formats", ["--format", "png"], "svg, mermaid"],
    ["a width too small for a box", ["--width", "100"], "Use a whole number from 240."],
    [
      "a width of a Mermaid flowchart",
      ["--format", "mermaid", "--width", "400"],
      "Leave it out, or use --format svg.",
    ],
    [
      "a file in a folder that is not there",
      ["--out", "/no/such/folder/x.svg"],
      "cannot be written to /no/such/folder/x.svg (--out)",
      "Name a file in a folder that is there",
    ],
  ])("%s", async (_, args, ...said) => {
    const { code, stdout, stderr } = await evenkeel(["graph", ...args]);
    expect([code, stdout]).toEqual([64, ""]);
    for (const part of said) expect(stderr).toContain(part);
    expect(stderr).not.toMatch(/\n {4}at /);
  });
});
