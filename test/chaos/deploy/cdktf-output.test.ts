import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failureIn, LoggedOutput, progressOf } from "../../../chaos/deploy/cdktf-output.ts";

describe("of what cdktf prints", () => {
  test.each([
    [
      "shop  \u001b[0m\u001b[1mdocker_network.network: Creation complete after 2s [id=d32a]\u001b[0m",
      "docker_network.network: Creation complete after 2s",
    ],
    [
      "      docker_container.edge_node-edge-a_32: Destroying... [id=3da7]",
      "docker_container.edge_node-edge-a_32: Destroying...",
    ],
    [
      "      \u001b[1mPlan:\u001b[0m 10 to add, 0 to change, 0 to destroy.",
      "Plan: 10 to add, 0 to change, 0 to destroy.",
    ],
    [
      "shop  \u001b[32mNo changes.\u001b[0m Your infrastructure matches the configuration.",
      "No changes. Your infrastructure matches the configuration.",
    ],
    ["      Apply complete! Resources: 10 added.", "Apply complete! Resources: 10 added."],
  ])("progress is shown without colours, stack and ids", (line, shown) => {
    expect(progressOf(line, "shop")).toBe(shown);
  });

  test.each([
    '            + command = [ "evenkeel-agent" ]',
    "shop  + create",
    "      Terraform will perform the following actions:",
    '            + "EVENKEEL_NODE=eyJpZCI6ImNhcnQtMSJ9"',
    "",
  ])("the plan is not: %s", (line) => {
    expect(progressOf(line, "shop")).toBeNull();
  });

  test("a failure is shown from its first error on, however much came before", () => {
    const before = Array.from({ length: 500 }, (_, index) => `+ line ${index}`);
    const error = ["\u001b[31m│ Error: \u001b[0mUnable to create container", "", "│ port taken"];
    expect(failureIn([...before, ...error])).toEqual([
      "│ Error: Unable to create container",
      "│ port taken",
    ]);
  });

  test("without a word of an error its end is shown", () => {
    const shown = failureIn(Array.from({ length: 500 }, (_, index) => `line ${index}`));
    expect(shown.length).toBeGreaterThan(10);
    expect(shown.at(-1)).toBe("line 499");
  });
});

describe("a program's output in a file", () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "evenkeel-output-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  test("is delivered by lines, to the last one without an end, and kept", () => {
    const path = join(folder, "deploy", "shop.log");
    const lines: string[] = [];
    {
      using output = new LoggedOutput(path, (line) => lines.push(line));
      spawnSync("sh", ["-c", "echo one; echo zwö >&2; printf three"], {
        stdio: ["ignore", output.descriptor, output.descriptor],
      });
    }
    expect(lines).toEqual(["one", "zwö", "three"]);
    expect(readFileSync(path, "utf8")).toBe("one\nzwö\nthree");
  });

  test("of the last time is replaced", () => {
    const path = join(folder, "shop.log");
    for (const word of ["first", "second"]) {
      using output = new LoggedOutput(path, () => undefined);
      spawnSync("echo", [word], { stdio: ["ignore", output.descriptor, "ignore"] });
    }
    expect(readFileSync(path, "utf8")).toBe("second\n");
  });
});
