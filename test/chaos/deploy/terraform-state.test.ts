import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { idsInState } from "../../../chaos/deploy/terraform-state.ts";

let directory = "";
let path = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "evenkeel-state-"));
  path = join(directory, "terraform.tfstate");
});
afterEach(() => rmSync(directory, { recursive: true }));

test("ids are those of every instance of every resource", () => {
  const instance = (id: string) => ({ attributes: { id, name: "x" } });
  const resources = [
    { type: "docker_network", instances: [instance("net")] },
    { type: "docker_container", instances: [instance("one"), instance("two")] },
    { type: "docker_image", instances: [] },
  ];
  writeFileSync(path, JSON.stringify({ version: 4, resources }));
  expect([...idsInState(path)]).toEqual(["net", "one", "two"]);
});

test.for(["", "{", '{"version":4}', '{"resources":[{"instances":[{}]}]}'])(
  "a state that says nothing knows nothing: %j",
  (text) => {
    writeFileSync(path, text);
    expect(idsInState(path).size).toBe(0);
  },
);

test("without a file nothing is known", () => {
  expect(idsInState(join(directory, "none")).size).toBe(0);
});
