import { describe, expect, test } from "vitest";
import { EVENT_SCHEMA, eventWriter, type EventLine } from "../../../balancer/telemetry/event.ts";

function written(tell: (emit: ReturnType<typeof eventWriter>) => void): string[] {
  const lines: string[] = [];
  tell(eventWriter("lb1", "balancer", (line) => lines.push(line)));
  return lines;
}

describe("an event", () => {
  test("is one line of JSON with its schema, node, process, type and data", () => {
    const [line = ""] = written((emit) => emit("backend.healthy", { pool: "app" }, 17n));
    expect(line.endsWith("\n")).toBe(true);
    expect(JSON.parse(line)).toEqual({
      schema: EVENT_SCHEMA,
      node: "lb1",
      process: "balancer",
      monotonicNs: "17",
      type: "backend.healthy",
      data: { pool: "app" },
    });
  });

  test("stays on its line whatever its data is", () => {
    const [line = ""] = written((emit) => emit("config.applied", { text: "a\nb\r\u2028" }));
    expect(line.trimEnd().split(/[\n\r]/)).toHaveLength(1);
    expect((JSON.parse(line) as EventLine).data["text"]).toBe("a\nb\r\u2028");
  });

  test("is stamped on the monotonic clock when it is told", () => {
    const before = process.hrtime.bigint();
    const [line = ""] = written((emit) => emit("config.applied", {}));
    const stamp = BigInt((JSON.parse(line) as EventLine).monotonicNs);
    expect(stamp).toBeGreaterThanOrEqual(before);
    expect(stamp).toBeLessThanOrEqual(process.hrtime.bigint());
  });

  test("keeps a stamp beyond the safe integers exactly", () => {
    const stamp = 2n ** 60n + 1n;
    const [line = ""] = written((emit) => emit("vrrp.master", {}, stamp));
    expect(BigInt((JSON.parse(line) as EventLine).monotonicNs)).toBe(stamp);
  });
});
