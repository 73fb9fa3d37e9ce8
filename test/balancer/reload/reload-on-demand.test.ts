import { expect, test } from "vitest";
import type { Changes } from "../../../balancer/reload/changes.ts";
import { reloadAndTell } from "../../../balancer/reload/reload-on-demand.ts";

const none = { added: [], removed: [], changed: [] };
const nothing: Changes = { listeners: none, pools: none, backends: none, sections: [] };

async function told(reload: () => Promise<Changes>): Promise<string[]> {
  const messages: string[] = [];
  await reloadAndTell({ reload }, "SIGHUP", (message) => messages.push(message));
  return messages;
}

test("people are told what has changed, in one sentence", async () => {
  const changes: Changes = {
    ...nothing,
    pools: { ...none, changed: ["app"] },
    backends: { added: ["app/b3", "app/b4"], removed: ["app/b1"], changed: [] },
    sections: ["limits"],
  };
  expect(await told(() => Promise.resolve(changes))).toEqual([
    "SIGHUP: the configuration is taken over: pools 1 changed; backends 2 added, 1 removed; limits changed.",
  ]);
});

test("people are told when nothing has changed", async () => {
  expect(await told(() => Promise.resolve(nothing))).toEqual([
    "SIGHUP: the configuration is the same as before.",
  ]);
});

test("people are told why a configuration is refused, and that the running one is untouched", async () => {
  expect(await told(() => Promise.reject(new Error("Port 80 is taken.")))).toEqual([
    "SIGHUP: the running configuration is untouched. Port 80 is taken.",
  ]);
});
