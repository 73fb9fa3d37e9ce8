import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isRefusal } from "../../../balancer/protocol/refusal.ts";
import type { Method } from "../../../balancer/protocol/request-line.ts";
import { interpretResponse, type ResponseHead } from "../../../balancer/protocol/response.ts";
import { NEEDS_MORE, REFUSED, SectionReader } from "../../../balancer/protocol/section-reader.ts";
import { StatusLine } from "../../../balancer/protocol/status-line.ts";
import { cutAt } from "./read-request.ts";

const LIMITS = { startLineBytes: 8192, lineBytes: 8192, sectionBytes: 16_384, count: 100 };

function read(segments: readonly Buffer[], method: Method = "GET"): ResponseHead | string {
  const line = new StatusLine();
  const section = new SectionReader(LIMITS, line);
  for (const segment of segments) {
    const at = section.feed(segment, 0);
    if (at === NEEDS_MORE) continue;
    if (at === REFUSED) return section.refusal?.reason ?? "";
    const head = interpretResponse(line, section, method);
    return isRefusal(head) ? head.reason : head;
  }
  return "incomplete";
}

const bytes = (status: string, ...lines: string[]) =>
  Buffer.from(`${status}\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`, "latin1");

describe("a response head that is refused", () => {
  test.each([
    [
      "two Content-Lengths that differ",
      "content-length",
      bytes("HTTP/1.1 200 OK", "Content-Length: 1", "Content-Length: 2"),
    ],
    [
      "two Content-Lengths that agree",
      "content-length",
      bytes("HTTP/1.1 200 OK", "Content-Length: 1", "Content-Length: 1"),
    ],
    [
      "a Content-Length with a sign",
      "content-length",
      bytes("HTTP/1.1 200 OK", "Content-Length: +1"),
    ],
    [
      "chunked twice",
      "transfer-encoding",
      bytes("HTTP/1.1 200 OK", "Transfer-Encoding: chunked, chunked"),
    ],
    [
      "a coding before chunked",
      "transfer-coding-unknown",
      bytes("HTTP/1.1 200 OK", "Transfer-Encoding: gzip, chunked"),
    ],
    [
      "a coding and nothing else",
      "transfer-coding-unknown",
      bytes("HTTP/1.1 200 OK", "Transfer-Encoding: gzip"),
    ],
    [
      "Transfer-Encoding in HTTP/1.0",
      "transfer-encoding",
      bytes("HTTP/1.0 200 OK", "Transfer-Encoding: chunked"),
    ],
    ["a bare LF", "bare-lf", Buffer.from("HTTP/1.1 200 OK\nX: 1\r\n\r\n")],
    ["a fold", "folded-line", bytes("HTTP/1.1 200 OK", "X: 1", " 2")],
    ["a NUL in a value", "field-value", bytes("HTTP/1.1 200 OK", "X: \0")],
    ["a bare CR in a value", "field-value", bytes("HTTP/1.1 200 OK", "X: a\rSet-Cookie: b")],
    ["a NUL in the reason", "status-line", bytes("HTTP/1.1 200 O\0K")],
    ["a space before a colon", "field-name", bytes("HTTP/1.1 200 OK", "X : 1")],
    ["101", "unasked-upgrade", bytes("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket")],
    ["status 99", "status-line", bytes("HTTP/1.1 99 X")],
    ["status 20x", "status-line", bytes("HTTP/1.1 20x X")],
    ["status 600", "status-line", bytes("HTTP/1.1 600 X")],
    ["status 2000", "status-line", bytes("HTTP/1.1 2000 X")],
    ["another version", "status-line", bytes("HTTP/2.0 200 OK")],
    ["another protocol", "status-line", bytes("ICY 200 OK")],
    ["an empty line first", "empty-lines", Buffer.from("\r\nHTTP/1.1 200 OK\r\n\r\n")],
    [
      "too many fields",
      "too-many-fields",
      bytes("HTTP/1.1 200 OK", ...Array.from({ length: 101 }, () => "X: 1")),
    ],
  ])("%s", (_name, reason, response) => {
    expect(read([response])).toBe(reason);
    expect(read(cutAt(response, [...response.keys()]))).toBe(reason);
  });
});

describe("the framing of a response", () => {
  test.each([
    ["by length", "GET", bytes("HTTP/1.1 200 OK", "Content-Length: 5"), "length", true],
    ["by chunks", "GET", bytes("HTTP/1.1 200 OK", "Transfer-Encoding: Chunked"), "chunked", true],
    ["by close when nothing is said", "GET", bytes("HTTP/1.1 200 OK"), "close", false],
    [
      "by chunks, without reuse, when a length is said too",
      "GET",
      bytes("HTTP/1.1 200 OK", "Content-Length: 5", "Transfer-Encoding: chunked"),
      "chunked",
      false,
    ],
    ["none for HEAD", "HEAD", bytes("HTTP/1.1 200 OK", "Content-Length: 5"), "none", true],
    ["none for 204", "GET", bytes("HTTP/1.1 204 No Content"), "none", true],
    [
      "none for 204, without reuse when a length is said",
      "GET",
      bytes("HTTP/1.1 204 No Content", "Content-Length: 5"),
      "none",
      false,
    ],
    [
      "none for 204, without reuse when chunks are said",
      "GET",
      bytes("HTTP/1.1 204 No Content", "Transfer-Encoding: chunked"),
      "none",
      false,
    ],
    ["none for 304", "GET", bytes("HTTP/1.1 304 Not Modified", "Content-Length: 5"), "none", true],
    [
      "no reuse after Connection: close",
      "GET",
      bytes("HTTP/1.1 200 OK", "Content-Length: 0", "Connection: Close"),
      "length",
      false,
    ],
    [
      "by close when the only coding changes nothing",
      "GET",
      bytes("HTTP/1.1 200 OK", "Transfer-Encoding: identity"),
      "close",
      false,
    ],
    [
      "no reuse after HTTP/1.0",
      "GET",
      bytes("HTTP/1.0 200 OK", "Content-Length: 0"),
      "length",
      false,
    ],
    [
      "reuse after HTTP/1.0 with keep-alive",
      "GET",
      bytes("HTTP/1.0 200 OK", "Content-Length: 0", "Connection: keep-alive"),
      "length",
      true,
    ],
    [
      "an empty reason without its SP",
      "GET",
      bytes("HTTP/1.1 200", "Content-Length: 0"),
      "length",
      true,
    ],
  ] as const)("%s", (_name, method, response, framing, reusable) => {
    expect(read([response], method)).toMatchObject({ framing, reusable });
    expect(read(cutAt(response, [...response.keys()]), method)).toMatchObject({
      framing,
      reusable,
    });
  });
});

test("a Content-Length is shown for HEAD and 304, never for 204", () => {
  const shown = (status: string, method: Method) => {
    const head = read([bytes(`HTTP/1.1 ${status} X`, "Content-Length: 5")], method);
    return typeof head === "string" ? head : head.shownLength;
  };
  expect(shown("200", "HEAD")).toBe(5);
  expect(shown("304", "GET")).toBe(5);
  expect(shown("204", "GET")).toBeUndefined();
});

test("random bytes never make it throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (random, prefixed) => {
      const head = prefixed ? Buffer.from("HTTP/1.1 200 OK\r\n") : Buffer.alloc(0);
      const whole = Buffer.concat([head, random]);
      const one = read([whole]);
      const many = read(cutAt(whole, [...whole.keys()]));
      expect(typeof many === "string" ? many : many.status).toEqual(
        typeof one === "string" ? one : one.status,
      );
    }),
  );
});
