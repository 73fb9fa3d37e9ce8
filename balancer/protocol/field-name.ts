/** Fields that the balancer looks at, each with a small number, so that the hot path compares bytes and no strings. */
export const FIELD = {
  other: 0,
  /** A name with `_`, which some backends read as `-`. */
  underscore: 1,
  host: 2,
  contentLength: 3,
  transferEncoding: 4,
  connection: 5,
  expect: 6,
  via: 7,
  date: 8,
  maxForwards: 9,
  seq: 10,
  run: 11,
  balancer: 12,
  /** Means something on one connection only, RFC 9110 §7.6.1. */
  hopByHop: 13,
  /** Says who the client is; worth nothing from a peer that nobody trusts. */
  clientIdentity: 14,
  /** Carries authorisation or session; a Connection option cannot remove it. */
  credentials: 15,
  /** By which a backend says that it wants no new work: meant for the balancer alone. */
  leaving: 16,
} as const;

const NAMES: readonly (readonly [string, number])[] = [
  ["host", FIELD.host],
  ["content-length", FIELD.contentLength],
  ["transfer-encoding", FIELD.transferEncoding],
  ["connection", FIELD.connection],
  ["expect", FIELD.expect],
  ["via", FIELD.via],
  ["date", FIELD.date],
  ["max-forwards", FIELD.maxForwards],
  ["x-evenkeel-seq", FIELD.seq],
  ["x-evenkeel-run", FIELD.run],
  ["x-evenkeel-balancer", FIELD.balancer],
  ["x-evenkeel-leaving", FIELD.leaving],
  ["keep-alive", FIELD.hopByHop],
  ["proxy-connection", FIELD.hopByHop],
  ["te", FIELD.hopByHop],
  ["trailer", FIELD.hopByHop],
  ["upgrade", FIELD.hopByHop],
  ["http2-settings", FIELD.hopByHop],
  ["proxy-authenticate", FIELD.hopByHop],
  ["proxy-authorization", FIELD.hopByHop],
  ["proxy-authentication-info", FIELD.hopByHop],
  ["forwarded", FIELD.clientIdentity],
  ["x-real-ip", FIELD.clientIdentity],
  ["x-client-cert", FIELD.clientIdentity],
  ["authorization", FIELD.credentials],
  ["cookie", FIELD.credentials],
  ["set-cookie", FIELD.credentials],
  ["www-authenticate", FIELD.credentials],
];

const IDENTITY_PREFIXES = ["x-forwarded-", "x-user-"].map((prefix) => Buffer.from(prefix));

interface Known {
  readonly id: number;
  readonly bytes: Buffer;
}

const BY_LENGTH: readonly (readonly Known[] | undefined)[] = byLength();

function byLength(): (Known[] | undefined)[] {
  const table: (Known[] | undefined)[] = [];
  for (const [name, id] of NAMES)
    (table[name.length] ??= []).push({ id, bytes: Buffer.from(name) });
  return table;
}

/** The number of a field name, which is a token, in any case. */
export function fieldOf(bytes: Buffer, start: number, end: number): number {
  const candidates = BY_LENGTH[end - start];
  if (candidates !== undefined) {
    for (const known of candidates) if (equals(bytes, start, known.bytes)) return known.id;
  }
  // Both prefixes begin with x-.
  if (((bytes[start] ?? 0) | 0x20) === 0x78 && bytes[start + 1] === 0x2d) {
    for (const prefix of IDENTITY_PREFIXES) {
      if (end - start >= prefix.length && equals(bytes, start, prefix)) return FIELD.clientIdentity;
    }
  }
  return FIELD.other;
}

/** Whether a name becomes a framing field when `_` is read as `-`. */
export function isFramingAlias(bytes: Buffer, start: number, end: number): boolean {
  const name = bytes.toString("latin1", start, end).toLowerCase().replaceAll("_", "-");
  return name === "content-length" || name === "transfer-encoding";
}

/** Whether bytes spell a lower-case name; `name` decides the length. Only letters are folded. */
function equals(bytes: Buffer, start: number, name: Buffer): boolean {
  for (let i = 0; i < name.length; i += 1) {
    const byte = bytes[start + i] ?? 0;
    const folded = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (folded !== name[i]) return false;
  }
  return true;
}
