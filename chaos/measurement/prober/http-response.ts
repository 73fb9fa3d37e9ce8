/** How far a response has come. */
export type Progress = "more" | "complete" | "corrupt";

/** Heads longer than this are not what a probe asked for. */
const MAX_HEAD_BYTES = 16 * 1024;
const MAX_CHUNK_LINE_BYTES = 256;

/**
 * Reads one HTTP/1.1 response as it arrives (RFC 9112 §4, §6, §7). It keeps the status and the
 * headers; the body it counts, and hands on to whoever wants it. Anything doubtful in the framing is
 * `corrupt`: a probe has no reason to guess. Nothing is thrown.
 */
export class HttpResponse {
  /** Of the final response, null before its head is complete. */
  status: number | null = null;
  /** Body bytes so far, without chunk framing. */
  bodyBytes = 0;
  /** Values of all `Set-Cookie` fields of the final response. */
  setCookies: readonly string[] = [];
  readonly #onBody: ((part: Buffer) => void) | undefined;
  #headers = new Map<string, string>();
  #saysClose = false;
  #head = "";
  #body: Body = { kind: "head" };

  /** @param onBody receives the body in parts, without chunk framing; the head is complete by then */
  constructor(onBody?: (part: Buffer) => void) {
    this.#onBody = onBody;
  }

  /** Whether another request may follow on the connection once this response is complete (RFC 9112 §9.3). */
  get keepsAlive(): boolean {
    return !this.#saysClose && this.#body.kind !== "until-close";
  }

  /** First value of a header; the name in lower case. */
  header(name: string): string | null {
    return this.#headers.get(name) ?? null;
  }

  push(chunk: Buffer): Progress {
    if (this.#body.kind !== "head") return this.#pushBody(chunk);
    // latin1 keeps one character a byte, so that offsets in the text are offsets in the bytes.
    this.#head += chunk.toString("latin1");
    for (;;) {
      const end = this.#head.indexOf("\r\n\r\n");
      if (end < 0) return this.#head.length > MAX_HEAD_BYTES ? "corrupt" : "more";
      const head = this.#head.slice(0, end);
      this.#head = this.#head.slice(end + 4);
      const status = this.#readHead(head);
      if (status === null) return "corrupt";
      // Interim responses (RFC 9110 §15.2) come before the one that counts.
      if (status >= 100 && status < 200 && status !== 101) continue;
      this.status = status;
      const body = this.#framing(status);
      if (body === null) return "corrupt";
      this.#body = body;
      const rest = Buffer.from(this.#head, "latin1");
      this.#head = "";
      return this.#pushBody(rest);
    }
  }

  /** The peer has closed. Complete only when the response was framed by that. */
  end(): "complete" | "truncated" {
    return this.#body.kind === "until-close" ? "complete" : "truncated";
  }

  #readHead(head: string): number | null {
    const [statusLine = "", ...lines] = head.split("\r\n");
    const match = /^HTTP\/1\.[01] ([1-9]\d\d)(?: |$)/.exec(statusLine);
    if (match === null) return null;
    this.#headers = new Map();
    this.#saysClose = statusLine.startsWith("HTTP/1.0");
    const cookies: string[] = [];
    this.setCookies = cookies;
    for (const line of lines) {
      const colon = line.indexOf(":");
      if (colon < 1) return null;
      const name = line.slice(0, colon).toLowerCase();
      const value = line.slice(colon + 1).trim();
      if (name === "set-cookie") cookies.push(value);
      if (name === "connection" && /(?:^|,)\s*close\s*(?:,|$)/i.test(value)) this.#saysClose = true;
      const earlier = this.#headers.get(name);
      if (earlier === undefined) this.#headers.set(name, value);
      else if (name === "content-length" && earlier !== value) return null;
    }
    return Number(match[1]);
  }

  #framing(status: number): Body | null {
    const coding = this.header("transfer-encoding");
    const length = this.header("content-length");
    if (status === 101 || (coding !== null && length !== null)) return null;
    if (status === 204 || status === 304) return { kind: "length", left: 0 };
    if (coding !== null) {
      return coding.toLowerCase() === "chunked" ? { kind: "chunked", line: "", left: 0 } : null;
    }
    if (length === null) return { kind: "until-close" };
    return /^\d{1,15}$/.test(length) ? { kind: "length", left: Number(length) } : null;
  }

  #pushBody(chunk: Buffer): Progress {
    const body = this.#body;
    switch (body.kind) {
      case "head":
        return "more";
      case "until-close":
        this.#take(chunk);
        return "more";
      case "length":
        this.#take(chunk);
        body.left -= chunk.length;
        if (body.left > 0) return "more";
        return body.left === 0 ? "complete" : "corrupt";
      case "chunked":
        return this.#pushChunked(body, chunk);
    }
  }

  #take(part: Buffer): void {
    this.bodyBytes += part.length;
    if (part.length > 0) this.#onBody?.(part);
  }

  #pushChunked(body: Chunked, chunk: Buffer): Progress {
    let at = 0;
    while (at < chunk.length) {
      if (body.left > 0) {
        const taken = Math.min(body.left, chunk.length - at);
        this.#take(chunk.subarray(at, at + taken));
        body.left -= taken;
        at += taken;
        if (body.left === 0) body.line = "\n"; // The line end that closes the chunk.
        continue;
      }
      const newline = chunk.indexOf(10, at);
      body.line += chunk.toString("latin1", at, newline < 0 ? chunk.length : newline);
      if (body.line.length > MAX_CHUNK_LINE_BYTES) return "corrupt";
      if (newline < 0) return "more";
      at = newline + 1;
      const line = body.line;
      body.line = "";
      if (!line.endsWith("\r")) return "corrupt";
      if (line === "\n\r") continue;
      if (body.trailers === true) {
        if (line !== "\r") continue;
        return at === chunk.length ? "complete" : "corrupt";
      }
      const size = /^([0-9a-fA-F]{1,8})[ \t]*(?:;.*)?\r$/.exec(line);
      if (size === null) return "corrupt";
      body.left = Number.parseInt(size[1] ?? "", 16);
      if (body.left === 0) body.trailers = true;
    }
    return "more";
  }
}

interface Chunked {
  readonly kind: "chunked";
  /** A line of framing that has not ended yet; it begins with a line feed after chunk data. */
  line: string;
  /** Bytes of chunk data still to come. */
  left: number;
  trailers?: true;
}

type Body =
  | { readonly kind: "head" }
  | { readonly kind: "until-close" }
  | { readonly kind: "length"; left: number }
  | Chunked;
