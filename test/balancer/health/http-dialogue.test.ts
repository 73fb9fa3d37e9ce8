import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HttpDialogue } from "../../../balancer/health/http-dialogue.ts";
import { checkOf, outcomeOf } from "./dialogues.ts";

const dialogue = (check: object = {}) =>
  new HttpDialogue(checkOf({ type: "http", ...check }), "198.18.7.21:8000");

const answered = (check: object, ...pieces: string[]) => outcomeOf(dialogue(check), pieces);

describe("the question", () => {
  test("is a request that closes, to the address that is checked", () => {
    expect(dialogue().question.toString()).toBe(
      "GET /readyz HTTP/1.1\r\nhost: 198.18.7.21:8000\r\nuser-agent: evenkeel-check\r\nconnection: close\r\n\r\n",
    );
  });

  test("has the method, the path, the host and the fields of the check", () => {
    const check = {
      method: "HEAD",
      path: "/up?deep=1",
      host: "shop.example",
      headers: { "x-api-key": "s3cret", accept: "text/plain" },
    };
    expect(dialogue(check).question.toString()).toBe(
      "HEAD /up?deep=1 HTTP/1.1\r\nhost: shop.example\r\nuser-agent: evenkeel-check\r\nconnection: close\r\nx-api-key: s3cret\r\naccept: text/plain\r\n\r\n",
    );
  });
});

describe("the status", () => {
  test.each<[string, object, string, string]>([
    ["200 by default", {}, "200 OK", "pass"],
    ["204 not by default", {}, "204 ", "status"],
    ["any of a class", { expectedStatus: ["2xx"] }, "204 ", "pass"],
    ["any of a range", { expectedStatus: ["200-302", 418] }, "302 Found", "pass"],
    ["none beside a range", { expectedStatus: ["200-302", 418] }, "303 See Other", "status"],
    ["503 while it is not ready", {}, "503 Service Unavailable", "status"],
    ["404 for one that leaves", { drainStatus: [404] }, "404 Not Found", "leaving"],
    ["404 without such an agreement", {}, "404 Not Found", "status"],
  ])("%s", (_, check, status, expected) => {
    expect(answered(check, `HTTP/1.1 ${status}\r\ncontent-length: 0\r\n\r\n`)).toBe(expected);
  });

  test("comes after interim answers", () => {
    const text = "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n";
    expect(answered({}, text)).toBe("pass");
  });

  test.each<[string, string]>([
    ["another protocol", "SSH-2.0-OpenSSH_9.2\r\n"],
    ["another version", "HTTP/2 200 OK\r\n\r\n"],
    ["a bare line feed", "HTTP/1.1 200 OK\n\n"],
    ["a code that does not exist", "HTTP/1.1 099 OK\r\n\r\n"],
    ["a folded field", "HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n"],
    ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n"],
    ["a switch that nobody asked for", "HTTP/1.1 101 Switching Protocols\r\n\r\n"],
    ["a head that does not end", `HTTP/1.1 200 OK\r\n${"a: b\r\n".repeat(3_000)}`],
  ])("of %s is none", (_, text) => {
    expect(answered({}, text)).toBe("invalid");
  });

  test("is not known before the head is complete", () => {
    expect(answered({}, "HTTP/1.1 200 OK\r\ncontent-le")).toBe("closed");
  });
});

describe("the header", () => {
  const check = { expectedHeaders: { "X-Version": "2.", server: "" } };
  test.each<[string, string, string]>([
    ["fields that contain the text", "x-version: v2.17\r\nServer: shop\r\n", "pass"],
    ["a second field of the name", "x-version: 1\r\nx-version: 2.0\r\nserver:\r\n", "pass"],
    ["another value", "x-version: 3.0\r\nserver: shop\r\n", "header"],
    ["a missing field", "x-version: 2.0\r\n", "header"],
  ])("%s", (_, fields, expected) => {
    expect(answered(check, `HTTP/1.1 200 OK\r\n${fields}\r\n`)).toBe(expected);
  });

  test("may say that the backend leaves, whatever the body says", () => {
    const head = "HTTP/1.1 200 OK\r\nX-Evenkeel-Leaving: 1\r\n\r\n";
    expect(answered({ expectedBody: "ready" }, head)).toBe("leaving");
    expect(answered({}, head.replace("1\r\n", "0\r\n"))).not.toBe("leaving");
  });

  test("of a failure does not make it a wish to leave", () => {
    expect(answered({}, "HTTP/1.1 503 No\r\nx-evenkeel-leaving: 1\r\n\r\n")).toBe("status");
  });
});

describe("the body", () => {
  const check = { expectedBody: "status: grün" };
  const text = Buffer.from("status: grün").toString("latin1");
  const chunk = (data: string) => `${data.length.toString(16)}\r\n${data}\r\n`;
  const chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

  test.each<[string, string[], string]>([
    ["with a length", [`HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n${text}..`], "pass"],
    ["to the end of the stream", ["HTTP/1.1 200 OK\r\n\r\n", "all ", text], "pass"],
    ["cut by chunks", [chunked, chunk(text.slice(0, 5)), chunk(text.slice(5))], "pass"],
    ["another text, complete", ["HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nred"], "content"],
    ["another text, chunked", [chunked, chunk("status: red"), "0\r\n\r\n"], "content"],
    ["another text, then the end", ["HTTP/1.1 200 OK\r\n\r\nred"], "content"],
    [
      "the text behind the end of the body",
      [`HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nred${text}`],
      "content",
    ],
    ["none at all", ["HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"], "content"],
    ["less than announced", ["HTTP/1.1 200 OK\r\ncontent-length: 30\r\n\r\nstatus"], "closed"],
    ["a chunk that is none", [chunked, "zz\r\n"], "invalid"],
    [
      "so much else that nobody searches on",
      ["HTTP/1.1 200 OK\r\n\r\n", "x".repeat(70_000)],
      "content",
    ],
  ])("%s", (_, pieces, expected) => {
    expect(answered(check, ...pieces)).toBe(expected);
  });

  test("is not waited for when nothing is expected of it", () => {
    expect(answered({}, "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")).toBe("pass");
  });

  test("is judged alike however the answer is cut", () => {
    const whole = `${chunked}${chunk("x")}${chunk(text)}0\r\n\r\n`;
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length), { maxLength: 5 }), (cuts) => {
        const edges = [0, ...cuts.toSorted((one, other) => one - other), whole.length];
        const pieces = edges.slice(1).map((end, index) => whole.slice(edges[index], end));
        expect(answered(check, ...pieces)).toBe("pass");
      }),
    );
  });
});
