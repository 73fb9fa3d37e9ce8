import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HttpResponse } from "../../../../chaos/measurement/prober/http-response.ts";

function push(text: string, response = new HttpResponse()) {
  return { progress: response.push(Buffer.from(text, "latin1")), response };
}

describe("reading a response", () => {
  test("is complete with the last byte of a body of known length", () => {
    const { progress, response } = push("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX-A: b\r\n\r\nab");
    expect(progress).toBe("more");
    expect(response.push(Buffer.from("c"))).toBe("complete");
    expect(response).toMatchObject({ status: 200, bodyBytes: 3 });
    expect(response.header("x-a")).toBe("b");
    expect(response.header("x-b")).toBeNull();
  });

  test("counts the bytes of a chunked body without its framing", () => {
    const { progress, response } = push(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\nA\r\n0123456789\r\n0\r\nx: y\r\n\r\n",
    );
    expect(progress).toBe("complete");
    expect(response.bodyBytes).toBe(15);
  });

  test("a body without length ends with the connection", () => {
    const { progress, response } = push("HTTP/1.0 200 OK\r\n\r\nabc");
    expect(progress).toBe("more");
    expect(response.end()).toBe("complete");
    expect(response.bodyBytes).toBe(3);
  });

  test.each([
    ["in the head", "HTTP/1.1 200 OK\r\nConte"],
    ["in the body", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na"],
    ["in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"],
    ["before the last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"],
    ["before anything", ""],
  ])("a connection that ends %s leaves it truncated", (_, text) => {
    const { progress, response } = push(text);
    expect(progress).toBe("more");
    expect(response.end()).toBe("truncated");
  });

  test("interim responses come before the one that counts", () => {
    const { progress, response } = push(
      "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
    );
    expect(progress).toBe("complete");
    expect(response.status).toBe(204);
    expect(response.header("link")).toBeNull();
  });

  test.each([
    ["another protocol", "SSH-2.0-OpenSSH\r\n\r\n"],
    ["another version", "HTTP/2.0 200 OK\r\n\r\n"],
    ["no status", "HTTP/1.1 OK\r\n\r\n"],
    ["two different lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"],
    ["a length that is no number", "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\na"],
    [
      "length and chunks together",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ["an unknown coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"],
    ["more than was announced", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab"],
    [
      "something after the last chunk",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nx",
    ],
    [
      "a chunk size that is no number",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    ],
    [
      "a chunk longer than its size",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
    ],
    [
      "a bare line feed in the framing",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\na\r\n",
    ],
    ["a header without a name", "HTTP/1.1 200 OK\r\n: a\r\n\r\n"],
    ["a change of protocol", "HTTP/1.1 101 Switching\r\n\r\n"],
    ["a head without end", `HTTP/1.1 200 OK\r\nX: ${"a".repeat(20_000)}`],
  ])("%s is corrupt", (_, text) => {
    expect(push(text).progress).toBe("corrupt");
  });

  test.each([
    ["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true],
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", true],
    ["HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: foo, Close\r\n\r\n", false],
    ["HTTP/1.1 200 OK\r\nConnection: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", false],
    ["HTTP/1.1 200 OK\r\nConnection: closed\r\nContent-Length: 0\r\n\r\n", true],
    ["HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", false],
    ["HTTP/1.1 200 OK\r\n\r\nabc", false],
  ])("after %j another request may follow: %j", (text, keepsAlive) => {
    expect(push(text).response.keepsAlive).toBe(keepsAlive);
  });

  test("keeps the cookies of the final response", () => {
    const { response } = push(
      "HTTP/1.1 103 Early\r\nSet-Cookie: x=y\r\n\r\nHTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nset-cookie: c=d; Path=/\r\nContent-Length: 0\r\n\r\n",
    );
    expect(response.setCookies).toEqual(["a=b", "c=d; Path=/"]);
  });

  test("where the bytes are cut makes no difference", () => {
    const bodies = fc.array(fc.string({ minLength: 1, maxLength: 40, unit: "binary-ascii" }));
    fc.assert(
      fc.property(bodies, fc.boolean(), fc.integer({ min: 1, max: 50 }), (parts, chunked, size) => {
        const body = parts.join("");
        const head = "HTTP/1.1 200 OK\r\n";
        const text = chunked
          ? `${head}Transfer-Encoding: chunked\r\n\r\n${parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join("")}0\r\n\r\n`
          : `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
        const bytes = Buffer.from(text, "latin1");
        let handedOn = "";
        const response = new HttpResponse((part) => (handedOn += part.toString("latin1")));
        const progress: string[] = [];
        for (let at = 0; at < bytes.length; at += size) {
          progress.push(response.push(bytes.subarray(at, at + size)));
        }
        expect(progress.pop()).toBe("complete");
        expect(progress.every((one) => one === "more")).toBe(true);
        expect(response.bodyBytes).toBe(body.length);
        expect(handedOn).toBe(body);
      }),
    );
  });
});
