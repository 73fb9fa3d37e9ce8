import { expect, test } from "vitest";
import { InvalidBehaviour, parseBehaviour } from "../../../../chaos/faults/behaviour/behaviour.ts";

test.for([
  {},
  { status: 503, share: 0.3, checks: true },
  { hang: true, checks: false },
  { status: 503, checks: "only", inARow: 2 },
  { reset: true, livez: false },
  { factor: 10, coldRequests: 50 },
  { serviceMs: 0.5, leaving: true },
])("%j is a behaviour", (document) => {
  expect(parseBehaviour(document)).toEqual(document);
});

test("every wrong field is told at once, with what to write instead", () => {
  const parse = () =>
    parseBehaviour({ status: 100, share: 2, hang: false, factor: -1, livez: true, stauts: 500 });
  expect(parse).toThrow(InvalidBehaviour);
  expect(parse).toThrow(/status is 100: use a whole number from 200 to 599/);
  expect(parse).toThrow(/share is 2: use a number from 0 to 1/);
  expect(parse).toThrow(/hang is false: use true/);
  expect(parse).toThrow(/factor is -1/);
  expect(parse).toThrow(/livez is true: use false/);
  expect(parse).toThrow(/stauts is unknown: use status, hang/);
});

test("a request can end in one way only", () => {
  expect(() => parseBehaviour({ status: 500, hang: true })).toThrow(
    /status and hang exclude each other/,
  );
});

test("cold requests that are not slow are refused", () => {
  expect(() => parseBehaviour({ coldRequests: 5 })).toThrow(/add factor or serviceMs/);
});

test.for([null, [], "hang", 5])("%j is no behaviour", (document) => {
  expect(() => parseBehaviour(document)).toThrow(/use an object/);
});
