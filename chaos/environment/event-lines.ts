import type { EventLine, EventSink } from "../../balancer/index.ts";

/**
 * An event sink that writes lines.
 *
 * The balancer has its own writer behind `balancer/index.ts`; the programs that start with every
 * node use this one because that index loads the schemas too, which doubles their start-up time.
 *
 * @param write receives one line with its line feed
 */
export function eventLines(
  node: string,
  process_: string,
  write: (line: string) => void,
): EventSink {
  return (type, data, monotonicNs = process.hrtime.bigint()) => {
    const line: EventLine = {
      schema: "evenkeel.event/1",
      node,
      process: process_,
      monotonicNs: monotonicNs.toString(),
      type,
      data,
    };
    write(`${JSON.stringify(line)}\n`);
  };
}
