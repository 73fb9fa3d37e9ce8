import { expect, test } from "vitest";
import { requireProcess } from "../../../chaos/environment/require-process.ts";
import { nodeOf } from "../../../stacks/topology.ts";
import { smallTopology } from "./small-topology.ts";

const APP_1 = nodeOf(smallTopology(), "app-1");

test("a process that the node was declared with may be acted on, and another is told apart", () => {
  expect(() => requireProcess(APP_1, "other")).not.toThrow();
  expect(() => requireProcess(APP_1, "stubborn")).toThrow(
    'There is no process "stubborn" on node app-1. Known: web, other.',
  );
});
