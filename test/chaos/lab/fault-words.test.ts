import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FAULT_WORDS, faultOf, isOver, WORD_GROUPS } from "../../../chaos/lab/fault-words.ts";
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

describe.each(Object.entries(FAULT_WORDS))("the word %s", (name, word) => {
  const { example } = word;

  test("makes the fault of its example", () => {
    expect(asked(name, example.target, example.settings).title).toMatch(/\S/);
  });

  test("says what it does, and what each setting means", () => {
    const texts = [word.about, ...Object.values(word.settings)];
    expect(texts.filter((text) => !/\S{2}/.test(text))).toEqual([]);
  });

  test("refuses a target that is not there, a setting that it has not, and one too few", () => {
    expect(() => asked(name, "nowhere-9", example.settings)).toThrow(/nowhere-9/);
    const more = { ...example.settings, colour: "red" };
    expect(() => asked(name, example.target, more)).toThrow(`no setting "colour" of ${name}`);
    for (const needed of Object.keys(word.settings).filter((key) => !key.endsWith("?"))) {
      const less = Object.fromEntries(
        Object.entries(example.settings).filter(([key]) => key !== needed),
      );
      expect(() => asked(name, example.target, less)).toThrow(`${name} needs ${needed}`);
    }
  });
});

test("every name stands for one fault", () => {
  const names = WORD_GROUPS.flatMap(({ words }) => Object.keys(words));
  expect(new Set(names).size).toBe(names.length);
  expect(Object.keys(FAULT_WORDS)).toEqual(names);
});

/** What makes faults of other faults, or of what no words can say. */
const WITHOUT_WORDS: Readonly<Record<string, string>> = {
  together: "several targets are hurt together, whatever the word",
  someOf: "who breaks by hand names the nodes himself",
  operate: "the ground of the operations",
  faultOnNode: "the ground of what happens to nodes",
  faultOnProcess: "the ground of what happens to processes",
};

test("whatever makes a fault has a word", () => {
  const root = join(import.meta.dirname, "../../../chaos");
  const sources = (folder: string): string[] =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".ts"))
      .map((name) => readFileSync(join(root, folder, name), "utf8"));
  // A declaration ends with a brace at the beginning of a line.
  const makers = sources("faults").flatMap((source) =>
    source
      .split(/^\}$/m)
      .filter((declared) => /\): Fault \{$/m.test(declared))
      .flatMap((declared) => /^export function (\w+)/m.exec(declared)?.[1] ?? []),
  );
  const said = sources("lab/words").join("\n");
  const silent = makers.filter((name) => !new RegExp(`\\b${name}\\b`).test(said));
  expect(silent.toSorted()).toEqual(Object.keys(WITHOUT_WORDS).toSorted());
});

test("the guide to labs names every word", () => {
  const guide = readFileSync(join(import.meta.dirname, "../../../docs/lab.md"), "utf8");
  expect(Object.keys(FAULT_WORDS).filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
});

test("several targets are hurt at the same moment", () => {
  const fault = asked("pause", "app-1,app-2");
  expect(fault.title).toBe("freeze of node app-1 together with freeze of node app-2");
  expect(fault.targets(topology)).toEqual(["app-1", "app-2"]);
  expect(() => asked("pause", "app-1,")).toThrow(/no node ""/);
});

test("no two words make faults of the same kind", () => {
  const kinds = Object.entries(FAULT_WORDS).map(
    ([name, { example }]) => asked(name, example.target.split(",")[0] ?? "", example.settings).kind,
  );
  expect(new Set(kinds).size).toBe(kinds.length);
});

test("what is over at once is known", () => {
  const over = (name: string) => isOver({ name, target: "", settings: {} });
  expect(over("reset-connections")).toBe(true);
  expect(over("kill")).toBe(false);
});

test.for([
  [["blow-up", "app-1", {}], /no fault "blow-up".*Known: kill, /],
  [["toString", "app-1", {}], /no fault "toString"/],
  [["kill", "app-9", {}], /app-9.*app-1, app-2, app-3/],
  [["kill-process", "app-1", {}], /needs process.*Add process=…/],
  [["kill-process", "app-1", { process: "nginx" }], /"nginx".*backend/],
  [["kill", "app-1", { hard: "true" }], /no setting "hard" of kill/],
  [["stop", "app-1", { graceMs: "soon" }], /graceMs=soon of stop is no number/],
  [["behave", "app-1", { status: "9", share: "2" }], /status.*share/s],
  [["behave", "lb-a", { status: "503" }], /lb-a/],
  [["stall-link", "nowhere", {}], /nowhere.*app--store/],
  [["drain", "lb-a", { pool: "app", backend: "app-1", deadlineMs: "soon" }], /deadlineMs=soon/],
  [["apply-config", "lb-a", { pool: "app" }], /changes nothing.*policy=….*weights=…/],
  [["apply-config", "lb-a", { pool: "web", policy: "random" }], /no pool "web".*app/],
  [["apply-config", "lb-a", { pool: "app", policy: "best" }], /best/],
  [["apply-config", "lb-a", { pool: "app", weights: "app-1=3" }], /weights=app-1=3.*app-1:3/],
  [["apply-config", "lb-a", { pool: "app", weights: "app-9:3" }], /no backend "app-9" in pool app/],
  [["apply-configs", "lb-a", { pool: "app", times: "0", everyMs: "9" }], /times=0.*from 1 to/],
  [["signal-process", "lb-a", { process: "balancer", signal: "SIGKILL" }], /"SIGKILL".*SIGHUP/],
  [["drop-port", "app-1", { port: "80", protocol: "sctp" }], /no protocol "sctp" of drop-port/],
  [["delay-link", "app--store", { delayMs: "9", stream: "up" }], /"up".*upstream/],
  [["lose-packets", "app-1", { share: "2" }], /share is 2/],
  [["partition", "lb-a", { from: "app-9" }], /app-9/],
  [["split-brain", "lb-a,lb-z", {}], /lb-z/],
] as const)("%j is refused with what there is", ([[name, target, settings], message]) => {
  expect(() => asked(name, target, settings)).toThrow(message);
});
