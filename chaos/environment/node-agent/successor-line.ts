import type { EventType } from "../../../balancer/index.ts";

const TYPE: EventType = "balancer.replaced";
const MARK = `"type":${JSON.stringify(TYPE)}`;

/** The pid of the process that has taken the place of the one that wrote this event; undefined for any other line. */
export function successorIn(line: string): number | undefined {
  if (!line.includes(MARK)) return undefined;
  const event = JSON.parse(line) as {
    readonly type: string;
    readonly data: { readonly pid?: unknown };
  };
  const { pid } = event.data;
  return event.type === TYPE && typeof pid === "number" ? pid : undefined;
}
