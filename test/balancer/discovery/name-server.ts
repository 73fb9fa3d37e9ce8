import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

/** A record, as it is written in a zone. */
export type ZoneRecord =
  | { readonly type: "A"; readonly address: string; readonly ttl: number }
  | {
      readonly type: "SRV";
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    };

const TYPES = { A: 1, SRV: 33 } as const;
const NO_SUCH_NAME = 3;

/** A name server on loopback that answers what it is told, and nothing at all when it is ill. */
export class NameServer implements AsyncDisposable {
  readonly #socket: Socket;
  readonly zone = new Map<string, readonly ZoneRecord[]>();
  ill = false;
  /** Questions so far. */
  asked = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (query, from) => {
      this.asked += 1;
      if (!this.ill) socket.send(this.#answerTo(query), from.port, from.address);
    });
  }

  static async start(): Promise<NameServer> {
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    return new NameServer(socket);
  }

  /** As a configuration names it. */
  get server(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#socket, "close");
    this.#socket.close();
    await closed;
  }

  #answerTo(query: Buffer): Buffer {
    const nameEnd = query.indexOf(0, 12) + 1;
    const question = query.subarray(12, nameEnd + 4);
    const type = query.readUInt16BE(nameEnd);
    const all = this.zone.get(nameOf(query.subarray(12, nameEnd)));
    const records = (all ?? []).filter((record) => TYPES[record.type] === type);
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8180 | (all === undefined ? NO_SUCH_NAME : 0), 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(records.length, 6);
    return Buffer.concat([header, question, ...records.map(encoded)]);
  }
}

function nameOf(labels: Buffer): string {
  const parts: string[] = [];
  for (let at = 0; (labels[at] ?? 0) > 0; at += (labels[at] ?? 0) + 1) {
    parts.push(labels.toString("latin1", at + 1, at + 1 + (labels[at] ?? 0)));
  }
  return parts.join(".");
}

function encodedName(name: string): Buffer {
  const labels = name.split(".").map((label) => {
    return Buffer.concat([Buffer.from([label.length]), Buffer.from(label, "latin1")]);
  });
  return Buffer.concat([...labels, Buffer.from([0])]);
}

function encoded(record: ZoneRecord): Buffer {
  const data =
    record.type === "A"
      ? Buffer.from(record.address.split(".").map(Number))
      : Buffer.concat([
          uint16(record.priority),
          uint16(record.weight),
          uint16(record.port),
          encodedName(record.target),
        ]);
  const ttl = Buffer.alloc(4);
  ttl.writeUInt32BE(record.type === "A" ? record.ttl : 60);
  // The name is that of the question, which begins after the header.
  return Buffer.concat([
    uint16(0xc00c),
    uint16(TYPES[record.type]),
    uint16(1),
    ttl,
    uint16(data.length),
    data,
  ]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
