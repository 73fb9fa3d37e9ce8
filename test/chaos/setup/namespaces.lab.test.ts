import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { thisMachine } from "../../../chaos/setup/machine.ts";
import { REQUIREMENTS } from "../../../chaos/setup/requirements.ts";
import { checkLabNetwork, checkUserNamespace } from "../../../chaos/setup/namespaces.ts";

test("this machine gives a user namespace, and a small lab in it leaves nothing behind", async () => {
  const before = readdirSync("/sys/class/net");
  expect(await checkUserNamespace(thisMachine())).toMatchObject({ state: "ready" });
  expect(await checkLabNetwork(thisMachine())).toMatchObject({ state: "ready" });
  expect(readdirSync("/sys/class/net")).toEqual(before);
});

test("this machine's kernel takes the rules of a handover inside a user namespace", async () => {
  const nftables = REQUIREMENTS.find(({ id }) => id === "nftables");
  expect(await nftables?.check(thisMachine())).toMatchObject({ state: "ready" });
});
