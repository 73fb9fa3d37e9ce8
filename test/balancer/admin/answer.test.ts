import { describe, expect, test } from "vitest";
import { answer, type ErrorBody } from "../../../balancer/admin/answer.ts";
import { subjectOf } from "./subject.ts";

describe("readiness", () => {
  test.each(["starting", "lame-duck", "draining", "stopped"] as const)(
    "is refused with its reason while the balancer is %s",
    (phase) => {
      const { status, body } = answer(subjectOf(phase), "GET", "/readyz");
      expect(status).toBe(503);
      expect((body as ErrorBody).message).toContain(phase);
    },
  );

  test("is given when it is ready, with the state of keepalived", () => {
    expect(answer(subjectOf(), "GET", "/readyz")).toEqual({
      status: 200,
      body: { status: "ready", node: "lb1", vrrp: "master" },
    });
  });

  test("is not liveness: a draining balancer is alive", () => {
    expect(answer(subjectOf("draining"), "GET", "/healthz").status).toBe(200);
  });
});

describe("reading", () => {
  test("pools shows each backend with its states, figures and last check", () => {
    const subject = subjectOf();
    const b2 = subject.pools[0]?.backends[1];
    if (b2 !== undefined) Object.assign(b2, { inFlight: 3, sent: 10, failed: 1 });
    const { body } = answer(subject, "GET", "/pools");
    expect(body).toMatchObject({
      pools: [
        {
          id: "app",
          available: true,
          held: true,
          backends: [
            { id: "b1", lastCheck: { result: "timeout", consecutive: 2 } },
            {
              id: "b2",
              weight: 3,
              health: "healthy",
              administrative: "enabled",
              inFlight: 3,
              sent: 10,
              failed: 1,
              lastCheck: null,
            },
          ],
        },
        { id: "empty", available: false, held: false, backends: [] },
      ],
    });
  });

  test("the configuration is shown completed, and its token is not", () => {
    const text = JSON.stringify(answer(subjectOf(), "GET", "/config").body);
    expect(text).toContain('"drain":10000');
    expect(text).not.toContain("0123456789abcdef");
  });

  test("listeners are shown with counters that survive JSON", () => {
    const subject = subjectOf();
    subject.listeners[0]?.counters.rejected.set("limit", 4);
    const { body } = answer(subject, "GET", "/listeners");
    expect(JSON.parse(JSON.stringify(body))).toMatchObject({
      listeners: [{ id: "web", port: 8080, counters: { accepted: 0, rejected: { limit: 4 } } }],
    });
  });
});

describe("changing", () => {
  test.each([
    ["drain", "draining", false],
    ["disable", "disabled", false],
    ["enable", "enabled", true],
  ])("%s makes a backend %s", (action, administrative, pickable) => {
    const subject = subjectOf();
    const { status, body } = answer(subject, "POST", `/pools/app/backends/b2/${action}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ pool: "app", backend: { id: "b2", administrative, pickable } });
    expect(subject.pools[0]?.backends[1]?.pickable).toBe(pickable);
  });

  test.each([
    ["?deadline=5s", 5_000],
    ["?deadline=0s", 0],
    ["?deadline=none", null],
    ["", 300_000],
  ])("drain%s is shown with its deadline", (query, deadlineInMs) => {
    const subject = subjectOf();
    Object.assign(subject.pools[0]?.backends[1] ?? {}, { inFlight: 3 });
    const { body } = answer(subject, "POST", "/pools/app/backends/b2/drain", query.slice(1));
    expect(body).toMatchObject({ backend: { drain: { inFlightAtBegin: 3, deadlineInMs } } });
  });

  test.each([
    ["drain", "deadline=soon", 'The deadline "soon" is not a duration.', '"none"'],
    ["drain", "deadline=48h", "out of range", "0ms to 24h"],
    ["drain", "deadlin=5s", "deadlin", "Use deadline"],
    ["disable", "deadline=5s", "deadline", "only drain"],
  ])("%s?%s is refused with the next step, and changes nothing", (action, query, message, next) => {
    const subject = subjectOf();
    const result = answer(subject, "POST", `/pools/app/backends/b2/${action}`, query);
    const body = result.body as ErrorBody;
    expect([result.status, body.code]).toEqual([400, "bad-parameter"]);
    expect(body.message).toContain(message);
    expect(body.next).toContain(next);
    expect(subject.pools[0]?.backends[1]?.administrative).toBe("enabled");
  });

  test("nothing is changed by GET", () => {
    const subject = subjectOf();
    const { status, headers } = answer(subject, "GET", "/pools/app/backends/b2/drain");
    expect([status, headers?.["allow"]]).toEqual([405, "POST"]);
    expect(subject.pools[0]?.backends[1]?.administrative).toBe("enabled");
  });
});

describe("what is unknown is answered with what is known:", () => {
  test.each([
    ["a path", "GET", "/metrix", 404, "unknown-path", "GET /readyz"],
    ["a path that only objects know", "GET", "constructor", 404, "unknown-path", "GET /pools"],
    ["a pool", "POST", "/pools/api/backends/b1/drain", 404, "unknown-pool", "app, empty"],
    ["a backend", "POST", "/pools/app/backends/b9/drain", 404, "unknown-backend", "b1, b2"],
    [
      "a backend of an empty pool",
      "POST",
      "/pools/empty/backends/b9/drain",
      404,
      "unknown-backend",
      "none",
    ],
    [
      "an action",
      "POST",
      "/pools/app/backends/b1/kill",
      404,
      "unknown-action",
      "enable, drain, disable",
    ],
    ["a method", "DELETE", "/pools", 405, "wrong-method", "GET"],
  ])("%s", (_, method, path, status, code, known) => {
    const result = answer(subjectOf(), method, path);
    const body = result.body as ErrorBody;
    expect([result.status, body.code]).toEqual([status, code]);
    expect(body.next).toContain(known);
  });
});
