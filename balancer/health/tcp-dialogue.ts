import type { HealthCheckConfig } from "../config.ts";
import type { CheckResult } from "./check-result.ts";
import type { Dialogue } from "./dialogue.ts";
import { ByteSearch, bytesOf } from "./expected-bytes.ts";

/** A connection, bytes that are sent on it, and bytes that must come back; each of both may be missing. */
export class TcpDialogue implements Dialogue {
  readonly question: Buffer;
  readonly #search: ByteSearch | null;
  #answered = false;

  constructor({ send, expect }: Extract<HealthCheckConfig, { type: "tcp" }>) {
    this.question = send === undefined ? Buffer.alloc(0) : bytesOf(send);
    this.#search = expect === undefined ? null : new ByteSearch(bytesOf(expect));
  }

  get needsAnswer(): boolean {
    return this.#search !== null;
  }

  take(chunk: Buffer): CheckResult | "more" {
    this.#answered = true;
    const found = this.#search?.take(chunk) ?? "found";
    if (found === "more") return "more";
    return found === "found" ? "pass" : "content";
  }

  end(): CheckResult {
    return this.#answered ? "content" : "closed";
  }
}
