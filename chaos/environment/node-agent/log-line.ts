/** What a program of a node printed that is not an event: one line, stamped by the node agent. */
export interface LogLine {
  readonly schema: typeof LOG_SCHEMA;
  readonly node: string;
  readonly process: string;
  readonly stream: "stdout" | "stderr";
  readonly monotonicNs: string;
  readonly line: string;
}

/** Version of the log line. */
export const LOG_SCHEMA = "evenkeel.log/1";

/** Every event line begins with this, so that it can be told from other output without parsing. */
export const EVENT_PREFIX = '{"schema":"evenkeel.event/1"';
