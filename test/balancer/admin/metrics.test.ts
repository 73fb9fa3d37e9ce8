import { describe, expect, test } from "vitest";
import { metricsAnswer } from "../../../balancer/admin/metrics.ts";
import { subjectOf } from "./subject.ts";

async function linesOf(subject = subjectOf()): Promise<readonly string[]> {
  const { body } = await metricsAnswer(subject);
  return String(body).split("\n");
}

describe("the metrics of a balancer", () => {
  test("are text in the format that Prometheus reads", async () => {
    const { status, headers, body } = await metricsAnswer(subjectOf());
    expect(status).toBe(200);
    expect(headers?.["content-type"]).toMatch(/^text\/plain; version=0\.0\.4/);
    const samples = String(body)
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    for (const sample of samples) {
      expect(sample).toMatch(
        /^evenkeel_[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? \d+(\.\d+)?$/,
      );
    }
  });

  test("tell of every backend what health and operators make of it", async () => {
    const subject = subjectOf();
    const [pool] = subject.pools;
    const [b1, b2] = pool?.backends ?? [];
    if (b1 === undefined || b2 === undefined) throw new Error("No backends.");
    b1.health = "unhealthy";
    b2.ejected = true;
    const lines = await linesOf(subject);
    expect(lines).toContain('evenkeel_backend_healthy{pool="app",backend="b1"} 0');
    expect(lines).toContain('evenkeel_backend_healthy{pool="app",backend="b2"} 1');
    expect(lines).toContain('evenkeel_backend_ejected{pool="app",backend="b2"} 1');
    expect(lines).toContain('evenkeel_backend_pickable{pool="app",backend="b2"} 0');
    expect(lines).toContain('evenkeel_backend_weight{pool="app",backend="b2"} 3');
  });

  test("tell of every pool whether it is held, in panic, or led by one key", async () => {
    const lines = await linesOf();
    expect(lines).toContain('evenkeel_pool_held{pool="app"} 1');
    expect(lines).toContain('evenkeel_pool_held{pool="empty"} 0');
    expect(lines).toContain('evenkeel_pool_panic{pool="app"} 0');
    expect(lines).toContain('evenkeel_pool_available{pool="empty"} 0');
    expect(lines).toContain('evenkeel_pool_hot_key_share{pool="app"} 0');
  });

  test("count what listeners have seen, by reason where there are several", async () => {
    const subject = subjectOf();
    const counters = subject.listeners[0]?.counters;
    if (counters === undefined) throw new Error("No listener.");
    counters.requests = 7;
    counters.responses["5xx"] = 2;
    counters.rejected.set("header-timeout", 3);
    const lines = await linesOf(subject);
    expect(lines).toContain('evenkeel_listener_requests_total{listener="web"} 7');
    expect(lines).toContain('evenkeel_listener_responses_total{listener="web",class="5xx"} 2');
    expect(lines).toContain(
      'evenkeel_listener_rejected_total{listener="web",reason="header-timeout"} 3',
    );
  });

  test("say whether it is ready, and where the floating address is", async () => {
    expect(await linesOf()).toContain("evenkeel_ready 1");
    expect(await linesOf(subjectOf("draining"))).toContain("evenkeel_ready 0");
    expect(await linesOf()).toContain("evenkeel_vrrp_master 1");
  });
});
