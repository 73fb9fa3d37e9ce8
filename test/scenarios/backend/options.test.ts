import { expect, test } from "vitest";
import { InvalidOptions, parseOptions } from "../../../scenarios/backend/options.ts";

test("no flags mean the defaults", () => {
  expect(parseOptions([])).toEqual({
    address: "0.0.0.0",
    port: 8080,
    workers: 8,
    queue: 1024,
    service: { kind: "constant", ms: 0 },
    seed: 1,
    redis: undefined,
    sessionTtlSeconds: 1800,
    log: undefined,
    idleTimeoutMs: 5000,
    control: undefined,
    bootDelayMs: 0,
  });
});

test("every wrong flag is told at once, with what to write instead", () => {
  const parse = () =>
    parseOptions(["--port=99999", "--workers=0", "--service=slow", "--redis=store", "--seed=-1"]);
  expect(parse).toThrow(InvalidOptions);
  expect(parse).toThrow(/--service slow: use constant:MS or exponential:MEAN/);
  expect(parse).toThrow(/--redis store: use HOST:PORT/);
  expect(parse).toThrow(/--port 99999: use a whole number from 0 to 65535/);
  expect(parse).toThrow(/--workers 0: use a whole number from 1 to 10000/);
  expect(parse).toThrow(/--seed -1/);
});

test("an unknown flag is told with the known ones", () => {
  expect(() => parseOptions(["--worker=1"])).toThrow(/--worker'.*Known: .*--workers/s);
});
