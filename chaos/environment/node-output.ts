import type { EventLine } from "../../balancer/index.ts";
import { EVENT_PREFIX, LOG_SCHEMA, type LogLine } from "./node-agent/log-line.ts";

/** One line of a node's output, told apart: an event, what a program printed, or something else. */
export type NodeOutput =
  | { readonly kind: "event"; readonly event: EventLine }
  | { readonly kind: "log"; readonly log: LogLine }
  | { readonly kind: "text"; readonly text: string };

/** Reads a line that a node wrote. What is not ours is text, never an error. */
export function readNodeOutput(line: string): NodeOutput {
  if (!line.startsWith('{"schema":"evenkeel.')) return { kind: "text", text: line };
  try {
    const parsed: unknown = JSON.parse(line);
    if (line.startsWith(EVENT_PREFIX) && isWhole(parsed as EventLine)) {
      return { kind: "event", event: parsed as EventLine };
    }
    if ((parsed as LogLine).schema === LOG_SCHEMA) return { kind: "log", log: parsed as LogLine };
  } catch {
    // A line cut short by the death of its writer.
  }
  return { kind: "text", text: line };
}

/** Whoever reads events computes with their times and looks into their data. */
function isWhole({ node, monotonicNs, type, data }: Partial<EventLine>): boolean {
  return (
    typeof node === "string" &&
    typeof type === "string" &&
    /^\d+$/.test(monotonicNs ?? "") &&
    typeof data === "object" &&
    data !== null
  );
}
