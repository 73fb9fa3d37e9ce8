import fc from "fast-check";
import { expect, test } from "vitest";
import { readNodeOutput } from "../../../chaos/environment/node-output.ts";

const event = {
  schema: "evenkeel.event/1",
  node: "lb-a",
  process: "balancer",
  monotonicNs: "12",
  type: "vrrp.master",
  data: { from: "backup" },
};
const log = {
  schema: "evenkeel.log/1",
  node: "lb-a",
  process: "keepalived",
  stream: "stderr",
  monotonicNs: "13",
  line: '{"schema":"evenkeel.event/1"',
};

test("events, log lines and other text are told apart", () => {
  expect(readNodeOutput(JSON.stringify(event))).toEqual({ kind: "event", event });
  expect(readNodeOutput(JSON.stringify(log))).toEqual({ kind: "log", log });
  expect(readNodeOutput("tini: cannot")).toEqual({ kind: "text", text: "tini: cannot" });
  expect(readNodeOutput("")).toEqual({ kind: "text", text: "" });
});

test("an event line that was cut short is text, wherever it was cut", () => {
  const line = JSON.stringify(event);
  for (let length = 0; length < line.length; length += 1) {
    const text = line.slice(0, length);
    expect(readNodeOutput(text)).toEqual({ kind: "text", text });
  }
});

test.for(["node", "monotonicNs", "type", "data"] as const)(
  "an event without %s is text: whoever reads it would trip",
  (field) => {
    const { [field]: _, ...rest } = event;
    for (const broken of [rest, { ...rest, [field]: null }, { ...rest, [field]: "" }]) {
      if (field === "node" || field === "type") Object.assign(broken, { [field]: 7 });
      const text = JSON.stringify(broken);
      expect(readNodeOutput(text)).toEqual({ kind: "text", text });
    }
  },
);

test("no line whatsoever is an error", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("", '{"schema":"evenkeel.event/1"', '{"schema":"evenkeel.log/1"'),
      fc.oneof(fc.string(), fc.json()),
      (prefix, rest) => {
        expect(["event", "log", "text"]).toContain(readNodeOutput(prefix + rest).kind);
      },
    ),
  );
});
