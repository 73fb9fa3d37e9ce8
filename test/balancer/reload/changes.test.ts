import { expect, test } from "vitest";
import { parseConfig } from "../../../balancer/config.ts";
import { changesBetween, checkChangeable, isNoChange } from "../../../balancer/reload/changes.ts";

const backend = (id: string, more: object = {}) => ({
  id,
  address: "198.18.7.21",
  port: 8080,
  ...more,
});
const input = (change: object = {}) => ({
  listeners: [{ id: "web", protocol: "http", port: 80, pool: "app" }],
  pools: [{ id: "app", backends: [backend("b1"), backend("b2")] }],
  ...change,
});
const config = (change: object = {}) => parseConfig(input(change));
const none = { added: [], removed: [], changed: [] };

test("the same document changes nothing, however its defaults are written", () => {
  const explicit = config({
    listeners: [{ id: "web", protocol: "http", address: "0.0.0.0", port: 80, pool: "app" }],
    timeouts: { connect: "1s" },
  });
  expect(isNoChange(changesBetween(config(), explicit))).toBe(true);
});

test("each part that differs is named, and only that", () => {
  const after = config({
    listeners: [{ id: "api", protocol: "tcp", port: 81, pool: "app" }],
    pools: [
      { id: "app", backends: [backend("b2", { weight: 3 }), backend("b3")] },
      { id: "more", backends: [backend("b1")] },
    ],
    limits: { connections: 5 },
  });
  const changes = changesBetween(config(), after);
  expect(changes).toEqual({
    listeners: { added: ["api"], removed: ["web"], changed: [] },
    pools: { ...none, added: ["more"] },
    backends: { added: ["app/b3", "more/b1"], removed: ["app/b1"], changed: ["app/b2"] },
    sections: ["limits"],
  });
  expect(isNoChange(changes)).toBe(false);
});

test("a pool counts as changed by its policy, not by its backends", () => {
  const backends = [backend("b1"), backend("b2")];
  const other = config({ pools: [{ id: "app", policy: "first", backends }] });
  expect(changesBetween(config(), other)).toMatchObject({
    pools: { ...none, changed: ["app"] },
    backends: none,
  });
});

test("every section that only a new process can change is refused at once", () => {
  const after = config({
    admin: { socket: "/run/other.sock" },
    telemetry: { accessLog: "/var/log/access.ndjson" },
  });
  expect(() => checkChangeable(config(), after)).toThrow(/admin: .*\n.*telemetry: /);
  expect(() => checkChangeable(config(), config({ limits: { connections: 5 } }))).not.toThrow();
});
