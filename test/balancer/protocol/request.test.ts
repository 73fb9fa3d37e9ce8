import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CHUNK_CASES,
  FRAMING_CASES,
  LATE_CHUNK_CASES,
  LINE_CASES,
  REQUEST_LINE_CASES,
} from "./request-cases.ts";
import { cutAt, LIMITS, readRequest } from "./read-request.ts";

const ALL = [
  ...FRAMING_CASES,
  ...CHUNK_CASES,
  ...LATE_CHUNK_CASES,
  ...LINE_CASES,
  ...REQUEST_LINE_CASES,
];
const NEXT = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";
const latin1 = (text: string) => Buffer.from(text, "latin1");
const byteByByte = (bytes: Buffer) => cutAt(bytes, [...bytes.keys()]);

describe("a request that conforms", () => {
  test.each(ALL.filter((one) => one.refused === undefined))("passes: $name", ({ bytes }) => {
    const whole = readRequest([latin1(bytes + NEXT)]);
    expect(whole).toMatchObject({ kind: "accepted", rest: NEXT });
    expect(readRequest(byteByByte(latin1(bytes + NEXT)))).toEqual(whole);
  });
});

describe("a request that does not conform", () => {
  test.each(ALL.filter((one) => one.refused !== undefined))(
    "is refused: $name",
    ({ bytes, refused }) => {
      const whole = readRequest([latin1(bytes + NEXT)]);
      expect(whole).toMatchObject({ kind: "refused", reason: refused });
      expect(readRequest(byteByByte(latin1(bytes + NEXT)))).toEqual(whole);
    },
  );

  test.each([
    ["framing-conflict", 400],
    ["transfer-coding-unknown", 501],
    ["version-unsupported", 505],
    ["method-unknown", 501],
    ["method-not-allowed", 405],
    ["expectation", 417],
    ["bare-lf", 400],
  ])("for the reason %s gets status %i", (reason, status) => {
    const outcomes = ALL.filter((one) => one.refused === reason).map((one) =>
      readRequest([latin1(one.bytes)]),
    );
    expect(outcomes.length).toBeGreaterThan(0);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ status });
  });
});

describe("a limit passes at its value and refuses one above", () => {
  const limits = { targetBytes: 100, lineBytes: 120, sectionBytes: 300, count: 4, bodyBytes: 10 };
  const request = (target: string, ...lines: string[]) =>
    `POST ${target} HTTP/1.1\r\nHost: a\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`;
  const line = (bytes: number) => `X: ${"v".repeat(bytes - 3)}`;
  // "Host: a" and its CRLF.
  const hostBytes = 9;
  test.each([
    ["target", 414, request(`/${"t".repeat(99)}`), request(`/${"t".repeat(100)}`)],
    ["target without an end", 414, request("/"), `GET /${"t".repeat(5000)}`],
    ["header line", 431, request("/", line(120)), request("/", line(121))],
    ["header line without an end", 431, request("/"), `GET / HTTP/1.1\r\nX: ${"v".repeat(500)}`],
    [
      "header section",
      431,
      request("/", line(118), line(120), line(300 - hostBytes - 120 - 122 - 2)),
      request("/", line(118), line(120), line(300 - hostBytes - 120 - 122 - 1)),
    ],
    [
      "header count",
      431,
      request("/", "A: 1", "B: 2", "C: 3"),
      request("/", "A: 1", "B: 2", "C: 3", "D: 4"),
    ],
    [
      "Content-Length",
      413,
      `${request("/", "Content-Length: 10")}0123456789`,
      request("/", "Content-Length: 11"),
    ],
    [
      "chunked body",
      413,
      `${request("/", "Transfer-Encoding: chunked")}a\r\n0123456789\r\n0\r\n\r\n`,
      `${request("/", "Transfer-Encoding: chunked")}9\r\n012345678\r\n2\r\n90\r\n0\r\n\r\n`,
    ],
  ])("%s (%i)", (_what, status, within, above) => {
    expect(readRequest([latin1(within)], limits)).toMatchObject({ kind: "accepted" });
    const refused = readRequest([latin1(above)], limits);
    expect(refused).toMatchObject({ kind: "refused", status });
    expect(readRequest(byteByByte(latin1(above)), limits)).toEqual(refused);
  });
});

describe("the parser", () => {
  const cuts = fc.array(fc.nat(600), { maxLength: 12 });

  test("gives the same result for every segmentation of every case", () => {
    fc.assert(
      fc.property(fc.constantFrom(...ALL), cuts, ({ bytes }, offsets) => {
        const whole = latin1(bytes + NEXT);
        expect(readRequest(cutAt(whole, offsets))).toEqual(readRequest([whole]));
      }),
      { numRuns: 500 },
    );
  });

  test("gives the same result for every segmentation of damaged requests, and never throws", () => {
    const small = { targetBytes: 64, lineBytes: 64, sectionBytes: 128, count: 5, bodyBytes: 64 };
    const damage = fc.record({
      at: fc.nat(200),
      insert: fc.constantFrom(
        "\r",
        "\n",
        "\r\n",
        " ",
        "\0",
        ":",
        ";",
        "xxxxxxxxxxxxxxxxxxxx",
        "\u00ff",
        "0",
      ),
      remove: fc.nat(3),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...ALL.filter((one) => one.bytes.length < 500)),
        fc.array(damage, { maxLength: 3 }),
        cuts,
        ({ bytes }, damages, offsets) => {
          let text = bytes;
          for (const { at, insert, remove } of damages) {
            text = text.slice(0, at) + insert + text.slice(at + remove);
          }
          const whole = latin1(text);
          for (const limits of [LIMITS, small]) {
            expect(readRequest(cutAt(whole, offsets), limits)).toEqual(
              readRequest([whole], limits),
            );
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test("never throws on random bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), cuts, (bytes, offsets) => {
        const whole = Buffer.from(bytes);
        expect(readRequest(cutAt(whole, offsets))).toEqual(readRequest([whole]));
      }),
      { numRuns: 1_000 },
    );
  });

  test("reads back any chunking of any body, in any segmentation", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { maxLength: 8 }),
        cuts,
        (chunks, offsets) => {
          const parts = chunks.map((chunk) => Buffer.from(chunk).toString("latin1"));
          const body = parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join("");
          const head = "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
          const whole = latin1(`${head}${body}0\r\n\r\n${NEXT}`);
          expect(readRequest(cutAt(whole, offsets))).toEqual({
            kind: "accepted",
            method: "PUT",
            origin: "/",
            body: parts.join(""),
            rest: NEXT,
          });
        },
      ),
    );
  });
});

test("an absolute-form target goes upstream in origin-form", () => {
  const origin = (line: string) => readRequest([latin1(`${line}\r\nHost: a\r\n\r\n`)]);
  expect(origin("GET http://a/x?y HTTP/1.1")).toMatchObject({ origin: "/x?y" });
  expect(origin("GET http://a HTTP/1.1")).toMatchObject({ origin: "/" });
  expect(origin("GET http://a?y HTTP/1.1")).toMatchObject({ origin: "/?y" });
  expect(origin("OPTIONS http://a HTTP/1.1")).toMatchObject({ origin: "*" });
});
