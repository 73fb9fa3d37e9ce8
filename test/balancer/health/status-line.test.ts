import fc from "fast-check";
import { expect, test } from "vitest";
import { readStatusLine } from "../../../balancer/health/status-line.ts";

const read = (text: string) => readStatusLine(Buffer.from(text, "latin1"));

test.each<[string, string, ReturnType<typeof read>]>([
  ["a usual answer", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", 200],
  ["version 1.0", "HTTP/1.0 503 Service Unavailable\r\n", 503],
  ["an empty reason", "HTTP/1.1 204 \r\n", 204],
  ["a reason in Latin-1", "HTTP/1.1 200 Gr\xfcn\r\n", 200],
  ["nothing yet", "", "more"],
  ["half a line", "HTTP/1.1 20", "more"],
  ["a line whose end is half there", "HTTP/1.1 200 OK\r", "more"],
  ["no space behind the code", "HTTP/1.1 200\r\n", "invalid"],
  ["a bare line feed", "HTTP/1.1 200 OK\nx\r\n", "invalid"],
  ["another version", "HTTP/2 200 OK\r\n", "invalid"],
  ["lower case", "http/1.1 200 OK\r\n", "invalid"],
  ["four digits", "HTTP/1.1 2000 OK\r\n", "invalid"],
  ["a code that does not exist", "HTTP/1.1 099 OK\r\n", "invalid"],
  ["two spaces", "HTTP/1.1  200 OK\r\n", "invalid"],
  ["another protocol", "SSH-2.0-OpenSSH_9.2\r\n", "invalid"],
  ["a NUL in the reason", "HTTP/1.1 200 O\0K\r\n", "invalid"],
])("%s", (_, text, expected) => {
  expect(read(text)).toBe(expected);
});

test("a line that never ends is given up after a kilobyte", () => {
  expect(read("HTTP/1.1 200 ".padEnd(1_024, "x"))).toBe("more");
  expect(read("HTTP/1.1 200 ".padEnd(1_025, "x"))).toBe("invalid");
});

test("bytes that come in any pieces are read as the whole", () => {
  const whole = "HTTP/1.1 418 I'm a teapot\r\nx: y\r\n";
  const end = whole.indexOf("\r\n") + 2;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: whole.length }), (length) => {
      expect(read(whole.slice(0, length))).toBe(length < end ? "more" : 418);
    }),
  );
});
