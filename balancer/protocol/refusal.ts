/** Why a message was refused, and the status that says so to a client. */
export interface Refusal {
  /** Stable name, used as the label of counters and in the access log. */
  readonly reason: RefusalReason;
  /** Status for a refused request. A refused response is always 502 to the client. */
  readonly status: number;
}

const STATUS_OF = {
  // lines, names and values: RFC 9112 §2.2, §5; RFC 9110 §5
  "bare-lf": 400,
  "empty-lines": 400,
  "folded-line": 400,
  "field-name": 400,
  "field-value": 400,
  "line-too-long": 431,
  "header-too-large": 431,
  "too-many-fields": 431,
  // request line, target, Host: RFC 9112 §3
  "request-line": 400,
  version: 400,
  "version-unsupported": 505,
  "method-unknown": 501,
  "method-not-allowed": 405,
  target: 400,
  "target-too-long": 414,
  host: 400,
  // framing: RFC 9112 §6, §7
  "content-length": 400,
  "transfer-encoding": 400,
  "transfer-coding-unknown": 501,
  "framing-conflict": 400,
  "framing-alias": 400,
  chunk: 400,
  "chunk-extension-too-large": 400,
  trailer: 400,
  "body-too-large": 413,
  // connection and expectation
  "connection-option": 400,
  expectation: 417,
  "header-timeout": 408,
  "body-timeout": 408,
  incomplete: 400,
  // responses: RFC 9112 §4
  "status-line": 502,
  "too-many-interim": 502,
  "unasked-upgrade": 502,
} as const;

/** Every reason for which a message is refused. */
export type RefusalReason = keyof typeof STATUS_OF;

/** The refusal for a reason. */
export function refuse(reason: RefusalReason): Refusal {
  return new Refused(reason);
}

/** Type guard for results that are a value or a refusal. */
export function isRefusal(value: object): value is Refusal {
  return value instanceof Refused;
}

class Refused implements Refusal {
  readonly reason: RefusalReason;
  readonly status: number;

  constructor(reason: RefusalReason) {
    this.reason = reason;
    this.status = STATUS_OF[reason];
  }
}
