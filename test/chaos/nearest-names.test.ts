import { expect, test } from "vitest";
import { didYouMean } from "../../chaos/nearest-names.ts";

const KNOWN = ["backend-drained", "backend-killed", "backend-node-killed", "split-brain", "stop"];

test.each([
  ["a letter that is wrong", "backend-kilxed", "Did you mean backend-killed? "],
  ["letters that are left out", "backend-kild", "Did you mean backend-killed? "],
  ["letters too many", "split-brainns", "Did you mean split-brain? "],
  ["two letters that are swapped", "slpit-brain", "Did you mean split-brain? "],
  ["the beginning of one", "split", "Did you mean split-brain? "],
  [
    "the beginning of several",
    "backend",
    "Did you mean backend-drained, backend-killed or backend-node-killed? ",
  ],
  ["too short a beginning", "st", ""],
  ["what is near nothing", "moon", ""],
  ["nothing", "", ""],
])("of %s", (_, typed, asked) => {
  expect(didYouMean(typed, KNOWN)).toBe(asked);
});

test("a letter in four is another name, not a mistake", () => {
  expect(didYouMean("stip", KNOWN)).toBe("");
});

test("a swap is one mistake, and not two", () => {
  expect(didYouMean("sotre", ["store", "other"])).toBe("Did you mean store? ");
});

test("of names that begin alike no more than three are asked about", () => {
  const known = ["app-1", "app-2", "app-3", "app-4", "store"];
  expect(didYouMean("app", known)).toBe("Did you mean app-1, app-2 or app-3? ");
  expect(didYouMean("app-9", known)).toBe("Did you mean app-1, app-2 or app-3? ");
});

test("where every name is as near, the list of them says it all", () => {
  expect(didYouMean("app-9", ["app-1", "app-2"])).toBe("");
  expect(didYouMean("anything", [])).toBe("");
});
