import { expect, test } from "vitest";
import { Duration } from "../../../stacks/constructs/duration.ts";
import { HealthCheck } from "../../../stacks/constructs/health-check.ts";

test("what is left out is left to the balancer", () => {
  expect(HealthCheck.http().toInput()).toEqual({ type: "http" });
  expect(HealthCheck.tcp().toInput()).toEqual({ type: "tcp" });
  expect(HealthCheck.none().toInput()).toBeUndefined();
});

test("timers are written as the configuration has them", () => {
  const check = HealthCheck.tcp({
    interval: Duration.seconds(10),
    fastInterval: Duration.millis(250),
    downInterval: Duration.minutes(1),
    timeout: Duration.seconds(2),
    rise: 5,
    fall: 3,
    jitter: 0,
    initialState: "up",
    port: 9000,
  });
  expect(check.toInput()).toEqual({
    type: "tcp",
    interval: "10s",
    fastInterval: "250ms",
    downInterval: "1m",
    timeout: "2s",
    rise: 5,
    fall: 3,
    jitter: 0,
    initialState: "up",
    port: 9000,
  });
});

test("everything that a response must be can be said", () => {
  const said = {
    method: "GET",
    path: "/up",
    host: "shop.example",
    headers: { "x-key": "k" },
    expectedStatus: ["2xx", 304],
    expectedHeaders: { "x-version": "2." },
    expectedBody: "ready",
    drainStatus: [404],
  } as const;
  expect(HealthCheck.http(said).toInput()).toEqual({ type: "http", ...said });
});

test("a tcp check asks and expects", () => {
  const said = { send: "PING\r\n", expect: { hex: "2b504f4e47" } };
  expect(HealthCheck.tcp(said).toInput()).toEqual({ type: "tcp", ...said });
});
