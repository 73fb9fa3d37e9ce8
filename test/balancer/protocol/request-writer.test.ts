import { describe, expect, test } from "vitest";
import type { RequestHead } from "../../../balancer/protocol/request.ts";
import { writeRequestHead } from "../../../balancer/protocol/request-writer.ts";
import { LIMITS, readRequest } from "./read-request.ts";

const FORWARDING = { client: "192.0.2.1", fallbackHost: "10.0.0.1:80" };

function forwarded(request: string): string {
  const heads: RequestHead[] = [];
  readRequest([Buffer.from(request, "latin1")], LIMITS, (head) => heads.push(head));
  const head = heads[0];
  if (head === undefined) throw new Error("The request was refused.");
  return writeRequestHead(head, FORWARDING);
}

const ADDED = (host: string) =>
  `X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: ${host}\r\nVia: 1.1 evenkeel\r\n`;

describe("the head that goes upstream", () => {
  test("has one Host in front, the other fields in order, and what the balancer adds", () => {
    expect(
      forwarded(
        "GET http://A/x HTTP/1.1\r\nX-One:1\r\nHost: a\r\nX-Two: \t2 \r\nX-Three: 3\r\n\r\n",
      ),
    ).toBe(`GET /x HTTP/1.1\r\nHost: A\r\nX-One: 1\r\nX-Two: 2\r\nX-Three: 3\r\n${ADDED("A")}\r\n`);
  });

  test("names the backend as Host when an HTTP/1.0 client names none", () => {
    expect(forwarded("GET / HTTP/1.0\r\n\r\n")).toContain("\r\nHost: 10.0.0.1:80\r\n");
    expect(forwarded("GET / HTTP/1.0\r\n\r\n")).toContain("\r\nVia: 1.0 evenkeel\r\n");
  });

  test("carries no hop-by-hop field and nothing that Connection nominates", () => {
    const head = forwarded(
      [
        "GET / HTTP/1.1",
        "Host: a",
        "Connection: close, X-Secret",
        "Connection: keep-alive, upgrade",
        "X-Secret: 1",
        "x-secret: 2",
        "Keep-Alive: 5",
        "Proxy-Connection: keep-alive",
        "TE: trailers",
        "Trailer: X-Sum",
        "Upgrade: h2c",
        "HTTP2-Settings: AAMAAABkAAQAAP__",
        "Proxy-Authorization: Basic eA==",
        "X-Kept: 1",
        "",
        "",
      ].join("\r\n"),
    );
    expect(head).toBe(`GET / HTTP/1.1\r\nHost: a\r\nX-Kept: 1\r\n${ADDED("a")}\r\n`);
  });

  test("keeps identity, authorisation and framing although Connection nominates them", () => {
    const head = forwarded(
      "POST / HTTP/1.1\r\nHost: a\r\nConnection: host, content-length, authorization, cookie, x-forwarded-for\r\nAuthorization: Bearer x\r\nCookie: c=1\r\nContent-Length: 3\r\n\r\nabc",
    );
    expect(head).toBe(
      `POST / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\nCookie: c=1\r\n${ADDED("a")}Content-Length: 3\r\n\r\n`,
    );
  });

  test("overwrites what the client says about itself", () => {
    const spoofed = [
      "X-Forwarded-For: 1.2.3.4",
      "x-forwarded-for: 5.6.7.8",
      "X_Forwarded_For: 1.2.3.4",
      "X-Forwarded-Proto: https",
      "X-Forwarded-Host: evil",
      "X-Forwarded-Port: 1",
      "X-Forwarded-Prefix: /x",
      "Forwarded: for=1.2.3.4",
      "X-Real-IP: 1.2.3.4",
      "X-Client-Cert: x",
      "X-User-Id: root",
    ].join("\r\n");
    expect(forwarded(`GET / HTTP/1.1\r\nHost: a\r\n${spoofed}\r\n\r\n`)).toBe(
      `GET / HTTP/1.1\r\nHost: a\r\n${ADDED("a")}\r\n`,
    );
  });

  test("passes bytes of 0x80 and above unchanged", () => {
    const head = forwarded("GET / HTTP/1.1\r\nHost: a\r\nX-Text: \u00e9\u0080\u00a0\r\n\r\n");
    expect(head).toContain("X-Text: \u00e9\u0080\u00a0\r\n");
  });

  test("appends to Via", () => {
    const head = forwarded("GET / HTTP/1.1\r\nHost: a\r\nVia: 1.0 fred\r\n\r\n");
    expect(head.indexOf("Via: 1.0 fred\r\n")).toBeGreaterThan(0);
    expect(head.indexOf("Via: 1.1 evenkeel\r\n")).toBeGreaterThan(head.indexOf("Via: 1.0 fred"));
  });

  test("counts Max-Forwards of OPTIONS down and drops it elsewhere", () => {
    const line = "Host: a\r\nMax-Forwards: 5\r\n\r\n";
    expect(forwarded(`OPTIONS / HTTP/1.1\r\n${line}`)).toContain("Max-Forwards: 4\r\n");
    expect(forwarded(`GET / HTTP/1.1\r\n${line}`)).not.toContain("Max-Forwards");
  });
});
