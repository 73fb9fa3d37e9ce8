import { expect, test } from "vitest";
import { FAULT_WORDS, faultOf } from "../../../chaos/lab/fault-words.ts";
import { activePassive } from "../../../stacks/topologies/active-passive.ts";

const { topology } = activePassive();
const asked = (name: string, target: string, settings: Readonly<Record<string, string>> = {}) =>
  faultOf({ name, target, settings }, topology);

test.for([
  ["kill", "app-1", {}, "kill of node app-1"],
  ["silent-kill", "owner", {}, "silent kill of the balancer that holds the address"],
  ["stop", "lb-a", { graceMs: "500" }, /lb-a/],
  ["kill-process", "lb-a", { process: "keepalived" }, "kill of process keepalived on node lb-a"],
  ["pause-process", "app-1", { process: "backend" }, /process backend/],
  [
    "behave",
    "app-1",
    { status: "503", share: "0.5", checks: "true" },
    "misbehaviour of node app-1",
  ],
  [
    "drain",
    "lb-a",
    { pool: "app", backend: "app-2", deadlineMs: "50" },
    /drain within 50 ms of app-2/,
  ],
  ["stall-link", "app--store", {}, /app--store/],
] as const)("%s of %s", ([name, target, settings, title]) => {
  expect(asked(name, target, settings).title).toMatch(title);
});

test("every fault can be made and says what it does", () => {
  for (const { about } of Object.values(FAULT_WORDS)) expect(about).not.toBe("");
});

test.for([
  [["blow-up", "app-1", {}], /no fault "blow-up".*Known: kill, /],
  [["toString", "app-1", {}], /no fault "toString"/],
  [["kill", "app-9", {}], /app-9.*app-1, app-2, app-3/],
  [["kill-process", "app-1", {}], /needs process.*Add process=…/],
  [["kill-process", "app-1", { process: "nginx" }], /"nginx".*backend/],
  [["kill", "app-1", { hard: "true" }], /setting of kill "hard"/],
  [["stop", "app-1", { graceMs: "soon" }], /graceMs=soon of stop is no number/],
  [["behave", "app-1", { status: "9", share: "2" }], /status.*share/s],
  [["behave", "lb-a", { status: "503" }], /lb-a/],
  [["stall-link", "nowhere", {}], /nowhere.*app--store/],
] as const)("%j is refused with what there is", ([[name, target, settings], message]) => {
  expect(() => asked(name, target, settings)).toThrow(message);
});
