import type { HealthCheckConfig } from "../config.ts";
import { BodyReader } from "../protocol/body-reader.ts";
import { fieldName, fieldValue } from "../protocol/fields.ts";
import { isRefusal } from "../protocol/refusal.ts";
import { interpretResponse, type ResponseHead } from "../protocol/response.ts";
import { NEEDS_MORE, REFUSED, SectionReader } from "../protocol/section-reader.ts";
import { StatusLine } from "../protocol/status-line.ts";
import type { CheckResult } from "./check-result.ts";
import type { Dialogue } from "./dialogue.ts";
import { ByteSearch } from "./expected-bytes.ts";
import { includesStatus } from "./status-set.ts";

/** Bounds of the head of an answer to a check: those of responses by default. */
const LIMITS = {
  startLineBytes: 8 * 1024,
  lineBytes: 8 * 1024,
  sectionBytes: 16 * 1024,
  count: 100,
};

type HttpCheck = Extract<HealthCheckConfig, { type: "http" }>;

/**
 * A request and what is expected of its response.
 *
 * The answer is read as strictly as those to clients are: what passes here gets through as well.
 */
export class HttpDialogue implements Dialogue {
  readonly question: Buffer;
  readonly needsAnswer = true;
  readonly #check: HttpCheck;
  readonly #line = new StatusLine();
  readonly #section = new SectionReader(LIMITS, this.#line);
  readonly #body = new BodyReader(LIMITS, Number.POSITIVE_INFINITY);
  readonly #search: ByteSearch | null;
  #isBody = false;

  /** @param authority of the checked address, for a check that names no host */
  constructor(check: HttpCheck, authority: string) {
    this.#check = check;
    this.#search =
      check.expectedBody === undefined ? null : new ByteSearch(Buffer.from(check.expectedBody));
    const fields = Object.entries(check.headers ?? {}).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    this.question = Buffer.from(
      `${check.method} ${check.path} HTTP/1.1\r\nhost: ${check.host ?? authority}\r\n` +
        `user-agent: evenkeel-check\r\nconnection: close\r\n${fields.join("")}\r\n`,
      "latin1",
    );
  }

  take(chunk: Buffer): CheckResult | "more" {
    if (this.#isBody) return this.#takeBody(chunk, 0);
    let at = 0;
    for (;;) {
      at = this.#section.feed(chunk, at);
      if (at === NEEDS_MORE) return "more";
      if (at === REFUSED) return "invalid";
      const head = interpretResponse(this.#line, this.#section, this.#check.method);
      if (isRefusal(head)) return "invalid";
      if (head.status >= 200) return this.#judgeHead(head) ?? this.#beginBody(head, chunk, at);
      this.#section.reset();
    }
  }

  end(): CheckResult {
    return this.#isBody && this.#body.end() ? "content" : "closed";
  }

  /** What the head decides; null when it is for the body to decide. */
  #judgeHead(head: ResponseHead): CheckResult | null {
    const { expectedStatus, drainStatus } = this.#check;
    if (includesStatus(drainStatus, head.status)) return "leaving";
    if (!includesStatus(expectedStatus, head.status)) return "status";
    if (!this.#hasExpectedHeaders()) return "header";
    if (head.leaving) return "leaving";
    return this.#search === null ? "pass" : null;
  }

  #beginBody(head: ResponseHead, chunk: Buffer, from: number): CheckResult | "more" {
    this.#isBody = true;
    this.#body.begin(head.framing, head.length);
    return this.#takeBody(chunk, from);
  }

  #takeBody(chunk: Buffer, from: number): CheckResult | "more" {
    const body = this.#body;
    let at = from;
    while (at < chunk.length && !body.done) {
      at = body.step(chunk, at);
      const found = this.#search?.take(chunk.subarray(body.dataStart, body.dataEnd)) ?? "found";
      if (found === "found") return "pass";
      if (found === "missing") return "content";
      if (body.refusal !== null) return "invalid";
    }
    return body.done ? "content" : "more";
  }

  #hasExpectedHeaders(): boolean {
    const section = this.#section;
    return Object.entries(this.#check.expectedHeaders ?? {}).every(([name, text]) => {
      for (let index = 0; index < section.count; index += 1) {
        const isIt = fieldName(section, index).toLowerCase() === name.toLowerCase();
        if (isIt && fieldValue(section, index).includes(text)) return true;
      }
      return false;
    });
  }
}
