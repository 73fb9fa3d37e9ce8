/** Requests by class, each with its expected outcome; used on the parser alone and through a listener. */
export interface RequestCase {
  readonly name: string;
  /** Bytes as latin1 text. */
  readonly bytes: string;
  /** Reason of the refusal; absent when it must pass. */
  readonly refused?: string;
}

/** A GET with the given field lines after a valid Host. */
const get = (...lines: string[]) =>
  `GET /x HTTP/1.1\r\nHost: a\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`;
/** A POST with field lines, then a body. */
const post = (lines: readonly string[], body = "") =>
  `POST /x HTTP/1.1\r\nHost: a\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n${body}`;
const chunked = (body: string) => post(["Transfer-Encoding: chunked"], body);
const hosted = (line: string) => `${line}\r\nHost: a\r\n\r\n`;
const pass = (name: string, bytes: string): RequestCase => ({ name, bytes });
const fail = (name: string, refused: string, bytes: string): RequestCase => ({
  name,
  bytes,
  refused,
});

/** RFC 9112 §6, §7: framing. */
export const FRAMING_CASES: readonly RequestCase[] = [
  pass("a Content-Length with its body", post(["Content-Length: 5"], "hello")),
  pass("a Content-Length with blanks around it", post(["Content-Length: \t5 \t"], "hello")),
  pass("Content-Length zero", post(["Content-Length: 0"])),
  pass("a POST without framing", post([])),
  pass("a chunked body", chunked("5\r\nhello\r\n0\r\n\r\n")),
  pass("Chunked in capitals", post(["Transfer-Encoding:\tCHUNKED "], "1\r\nx\r\n0\r\n\r\n")),
  fail(
    "Content-Length with Transfer-Encoding",
    "framing-conflict",
    post(["Content-Length: 4", "Transfer-Encoding: chunked"], "0\r\n\r\n"),
  ),
  fail(
    "Transfer-Encoding with Content-Length",
    "framing-conflict",
    post(["Transfer-Encoding: chunked", "Content-Length: 4"], "0\r\n\r\n"),
  ),
  fail(
    "two Content-Lengths that differ",
    "content-length",
    post(["Content-Length: 5", "Content-Length: 6"], "hello!"),
  ),
  fail(
    "two Content-Lengths that agree",
    "content-length",
    post(["Content-Length: 5", "content-length: 5"], "hello"),
  ),
  ...[
    "+5",
    "-5",
    "0x5",
    "5_0",
    "5e0",
    "5 5",
    "5, 5",
    "5,",
    "",
    "05",
    "00",
    "５",
    "9007199254740993",
  ].map((value) =>
    fail(
      `Content-Length ${JSON.stringify(value)}`,
      "content-length",
      Buffer.from(post([`Content-Length: ${value}`], "hello")).toString("latin1"),
    ),
  ),
  fail("NUL in a Content-Length", "field-value", post(["Content-Length: 5\0"], "hello")),
  fail(
    "another coding before chunked",
    "transfer-coding-unknown",
    post(["Transfer-Encoding: gzip, chunked"], "0\r\n\r\n"),
  ),
  fail(
    "another coding before chunked on a line of its own",
    "transfer-coding-unknown",
    post(["Transfer-Encoding: gzip", "Transfer-Encoding: chunked"], "0\r\n\r\n"),
  ),
  ...[
    "chunked, identity",
    "chunked, chunked",
    "identity",
    "gzip",
    "",
    ",chunked",
    "chunked,",
    "chunked;q=1",
    '"chunked"',
    "xchunked",
    "chunked\u000b",
    "chun ked",
  ].map((value) =>
    fail(
      `Transfer-Encoding ${JSON.stringify(value)}`,
      value.includes("\u000b") ? "field-value" : "transfer-encoding",
      post([`Transfer-Encoding: ${value}`], "0\r\n\r\n"),
    ),
  ),
  fail(
    "Transfer-Encoding in HTTP/1.0",
    "transfer-encoding",
    "POST /x HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  ),
  fail("transfer_encoding", "framing-alias", post(["Transfer_Encoding: chunked"], "0\r\n\r\n")),
  fail("content_length", "framing-alias", post(["content_length: 5"], "hello")),
];

/** RFC 9112 §7.1: chunk grammar, extensions, trailers. All violations stand in the first chunk line. */
export const CHUNK_CASES: readonly RequestCase[] = [
  pass("leading zeros in a chunk size", chunked("0005\r\nhello\r\n000\r\n\r\n")),
  pass("hexadecimal in both cases", chunked("aA\r\n".concat("x".repeat(0xaa), "\r\n0\r\n\r\n"))),
  pass("an extension", chunked("5;a=b\r\nhello\r\n0;c\r\n\r\n")),
  pass("a quoted extension with blanks", chunked('5 ; a = "b\\"; c" ;d\r\nhello\r\n0\r\n\r\n')),
  pass("an ordinary trailer", chunked("5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n")),
  pass("4 KiB of extension", chunked(`1;${"a".repeat(4095)}\r\nx\r\n0\r\n\r\n`)),
  ...[
    "0x5",
    "-5",
    "+5",
    "",
    " 5",
    "g",
    "5 ",
    "5\t",
    "5;",
    "5;=b",
    '5;a="b',
    "5;a=",
    "5;a b",
    "5;a=b c",
  ].map((line) =>
    fail(`chunk line ${JSON.stringify(line)}`, "chunk", chunked(`${line}\r\nhello\r\n0\r\n\r\n`)),
  ),
  fail("a chunk size past 2^53", "chunk", chunked("20000000000001\r\nx\r\n0\r\n\r\n")),
  fail(
    "a chunk size that overflows 64 bits",
    "chunk",
    chunked("10000000000000005\r\nhello\r\n0\r\n\r\n"),
  ),
  fail("a bare LF after the chunk size", "chunk", chunked("5\nhello\r\n0\r\n\r\n")),
  fail("a bare CR after the chunk size", "chunk", chunked("5\rhello\r\n0\r\n\r\n")),
  fail("a bare LF inside an extension", "chunk", chunked("5;a\nb\r\nhello\r\n0\r\n\r\n")),
  fail("a bare LF inside a quoted extension", "chunk", chunked('5;a="\n"\r\nhello\r\n0\r\n\r\n')),
  fail(
    "4 KiB + 1 of extension",
    "chunk-extension-too-large",
    chunked(`1;${"a".repeat(4096)}\r\nx\r\n0\r\n\r\n`),
  ),
  fail("a Content-Length trailer", "trailer", chunked("0\r\nContent-Length: 0\r\n\r\n")),
  fail(
    "a Transfer-Encoding trailer",
    "trailer",
    chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n"),
  ),
  fail("a Host trailer", "trailer", chunked("0\r\nHost: b\r\n\r\n")),
  fail("a bare LF in a trailer", "bare-lf", chunked("0\r\nX: 1\n\r\n")),
  fail("a folded trailer", "folded-line", chunked("0\r\nX: 1\r\n 2\r\n\r\n")),
];

/** As above, but some of the body is valid and may be on its way before the violation shows. */
export const LATE_CHUNK_CASES: readonly RequestCase[] = [
  fail("data longer than its size", "chunk", chunked("5\r\nhello!\r\n0\r\n\r\n")),
  fail("a bare LF after the data", "chunk", chunked("5\r\nhello\n0\r\n\r\n")),
  fail("a bare CR after the data", "chunk", chunked("5\r\nhello\r0\r\n\r\n")),
  fail("a bad second chunk size", "chunk", chunked("5\r\nhello\r\nz\r\n0\r\n\r\n")),
  fail(
    "16 KiB + 1 of extension over several chunks",
    "chunk-extension-too-large",
    chunked(`${`1;${"a".repeat(3999)}\r\nx\r\n`.repeat(5)}0\r\n\r\n`),
  ),
  fail(
    "a late Content-Length trailer",
    "trailer",
    chunked("1\r\nx\r\n0\r\nContent-Length: 1\r\n\r\n"),
  ),
];

/** RFC 9112 §2.2, §5: lines, names, values. */
export const LINE_CASES: readonly RequestCase[] = [
  pass("one empty line before the request", `\r\n${get()}`),
  pass("obs-text in a value", get("X-Text: caf\u00e9 \u00ff\u0080")),
  pass("a tab inside a value", get("X-Text: a\tb")),
  pass("an empty value", get("X-Empty:")),
  pass("every token character in a name", get("!#$%&'*+-.^`|~09azAZ: 1")),
  pass("a name with an underscore", get("X_Text: a")),
  fail("two empty lines before the request", "empty-lines", `\r\n\r\n${get()}`),
  fail("a bare LF before the request", "bare-lf", `\n${get()}`),
  fail("a bare LF after the request line", "bare-lf", "GET /x HTTP/1.1\nHost: a\r\n\r\n"),
  fail("a bare LF after a field", "bare-lf", "GET /x HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n"),
  fail("a bare LF as the empty line", "bare-lf", "GET /x HTTP/1.1\r\nHost: a\r\n\n"),
  fail("a bare CR in a value", "field-value", get("X: a\rb")),
  fail("a bare CR before CRLF", "field-value", get("X: a\r")),
  fail("a bare CR in a name", "field-name", get("X\rY: a")),
  fail("a bare CR in the request line", "target", "GET /x\rHTTP/1.1\r\nHost: a\r\n\r\n"),
  fail("a fold with SP", "folded-line", get("X: a", " b")),
  fail("a fold with HTAB", "folded-line", get("X: a", "\tb")),
  fail("whitespace before the first field", "folded-line", "GET /x HTTP/1.1\r\n Host: a\r\n\r\n"),
  fail("a space before the colon", "field-name", "GET /x HTTP/1.1\r\nHost : a\r\n\r\n"),
  fail("a tab before the colon", "field-name", get("X\t: a")),
  fail("a line without a colon", "field-name", get("X")),
  fail("an empty name", "field-name", get(": a")),
  fail("a name that is no token", "field-name", get("X(Y): a")),
  fail("obs-text in a name", "field-name", get("X\u00e9: a")),
  ...["\0", "\u0001", "\u0008", "\u000b", "\u001b", "\u007f"].map((control) =>
    fail(`${JSON.stringify(control)} in a value`, "field-value", get(`X: a${control}b`)),
  ),
];

/** RFC 9112 §3: request line, target, Host. */
export const REQUEST_LINE_CASES: readonly RequestCase[] = [
  pass("HTTP/1.2, served as 1.1", hosted("GET /x HTTP/1.2")),
  pass("HTTP/1.0 without a Host", "GET /x HTTP/1.0\r\n\r\n"),
  pass("absolute-form with the same Host", hosted("GET http://a/x HTTP/1.1")),
  pass("absolute-form with the default port", hosted("GET HTTP://A:80/x?y HTTP/1.1")),
  pass("absolute-form without a path", hosted("GET http://a HTTP/1.1")),
  pass("OPTIONS *", hosted("OPTIONS * HTTP/1.1")),
  pass("a path that stays below the root", hosted("GET /a/../b HTTP/1.1")),
  pass("an encoded CRLF, which stays encoded", hosted("GET /a%0d%0ab HTTP/1.1")),
  pass("an overlong encoding, which stays encoded", hosted("GET /%c0%ae%c0%ae/a HTTP/1.1")),
  pass("an IPv6 Host with a port", "GET /x HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"),
  pass("a percent sign in the query", hosted("GET /x?100% HTTP/1.1")),
  fail("two spaces after the method", "request-line", hosted("GET  /x HTTP/1.1")),
  fail("two spaces before the version", "version", hosted("GET /x  HTTP/1.1")),
  fail("a tab in place of SP", "request-line", hosted("GET\t/x HTTP/1.1")),
  fail("a space after the version", "version", hosted("GET /x HTTP/1.1 ")),
  fail("a space before the method", "request-line", hosted(" GET /x HTTP/1.1")),
  fail("no target", "request-line", hosted("GET HTTP/1.1").replace("GET HTTP/1.1", "GET ")),
  fail("HTTP/0.9", "version", "GET /x\r\n\r\n"),
  fail("a TLS hello", "request-line", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000"),
  fail("the preface of HTTP/2", "request-line", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  fail("HTTP/2.0", "version-unsupported", hosted("GET /x HTTP/2.0")),
  fail("HTTP/0.9 by name", "version-unsupported", hosted("GET /x HTTP/0.9")),
  fail("lower-case http", "version", hosted("GET /x http/1.1")),
  fail("HTTP/1.10", "version", hosted("GET /x HTTP/1.10")),
  fail("HTTP/1", "version", hosted("GET /x HTTP/1")),
  fail("HTTP/1,1", "version", hosted("GET /x HTTP/1,1")),
  fail("a lower-case method", "method-unknown", hosted("get /x HTTP/1.1")),
  fail("an unknown method", "method-unknown", hosted("BREW /x HTTP/1.1")),
  fail("CONNECT", "method-not-allowed", hosted("CONNECT a:80 HTTP/1.1")),
  fail("TRACE", "method-not-allowed", hosted("TRACE /x HTTP/1.1")),
  fail("a method that is no token", "request-line", hosted("G@T /x HTTP/1.1")),
  fail("* with GET", "target", hosted("GET * HTTP/1.1")),
  fail("authority-form with GET", "target", hosted("GET a:80 HTTP/1.1")),
  fail("a relative path", "target", hosted("GET x HTTP/1.1")),
  fail("a fragment", "target", hosted("GET /x#y HTTP/1.1")),
  fail("a backslash", "target", hosted("GET /x\\y HTTP/1.1")),
  fail("a byte above 0x7f", "target", hosted("GET /caf\u00e9 HTTP/1.1")),
  fail("a control character", "target", hosted("GET /x\u0001 HTTP/1.1")),
  fail("%00", "target", hosted("GET /x%00 HTTP/1.1")),
  fail("%00 in the query", "target", hosted("GET /x?%00 HTTP/1.1")),
  fail("a broken percent-encoding", "target", hosted("GET /%zz HTTP/1.1")),
  ...["/..", "/a/../..", "/%2e%2e/", "/%2E./", "/a/..%2f..%2f", "/..;x/", "/a//../../b"].map(
    (path) => fail(`a path that climbs: ${path}`, "target", hosted(`GET ${path} HTTP/1.1`)),
  ),
  fail("absolute-form with another Host", "host", hosted("GET http://b/x HTTP/1.1")),
  fail("absolute-form with userinfo", "target", hosted("GET http://u@a/x HTTP/1.1")),
  fail("absolute-form with another scheme", "target", hosted("GET https://a/x HTTP/1.1")),
  fail("no Host", "host", "GET /x HTTP/1.1\r\n\r\n"),
  fail("two Hosts that agree", "host", get("Host: a")),
  fail("two Hosts that differ", "host", get("host: b")),
  fail("two Hosts in HTTP/1.0", "host", "GET /x HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"),
  ...[
    "a/b",
    "a,b",
    "u@a",
    "",
    "a b",
    "a:b",
    "a:99999",
    "[::1",
    "[a]",
    "::1",
    "a?b",
    "a#b",
    "a%zz",
    ":80",
  ].map((host) =>
    fail(`Host ${JSON.stringify(host)}`, "host", `GET /x HTTP/1.1\r\nHost: ${host}\r\n\r\n`),
  ),
  fail("an unknown expectation", "expectation", get("Expect: 200-ok")),
  pass("32 fields nominated by Connection", get(`Connection: ${"a,".repeat(31)}keep-alive,b`)),
  fail(
    "33 fields nominated by Connection, over two lines",
    "connection-option",
    get(`Connection: ${"a,".repeat(16)}`, `Connection: ${"b,".repeat(17)}`),
  ),
  fail("a Connection option that is no token", "connection-option", get("Connection: a b")),
];
