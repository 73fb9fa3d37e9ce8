import { existsSync } from "node:fs";
import { describe } from "vitest";
import { environmentContract } from "../environment-contract.ts";
import { deployContainers, elsewhere, engineUnderTest, leftovers } from "./containers.ts";

const { docker, missing } = await engineUnderTest();

describe.skipIf(missing !== null)(`containers${missing === null ? "" : ` (${missing})`}`, () => {
  environmentContract("containers", {
    deploy: (topology, signal) => deployContainers(docker, elsewhere(topology), signal),
    leftovers: () => leftovers(docker, "small"),
    sideBySide: { reason: "two networks of one engine cannot have the same addresses" },
    // Version 2 ends the members of a frozen group that are killed.
    endsWhileFrozen: existsSync("/sys/fs/cgroup/cgroup.controllers")
      ? true
      : { reason: "the freezer of control groups version 1 holds signals back" },
  });
});
