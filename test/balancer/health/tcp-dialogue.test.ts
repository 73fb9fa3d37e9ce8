import { describe, expect, test } from "vitest";
import { TcpDialogue } from "../../../balancer/health/tcp-dialogue.ts";
import { checkOf, outcomeOf } from "./dialogues.ts";

const dialogue = (check: object) => new TcpDialogue(checkOf({ type: "tcp", ...check }));

test("without a question a connection is enough", () => {
  const { question, needsAnswer } = dialogue({});
  expect([question.length, needsAnswer]).toEqual([0, false]);
});

test("a question alone needs no answer", () => {
  const { question, needsAnswer } = dialogue({ send: "PING\r\n" });
  expect([question.toString(), needsAnswer]).toEqual(["PING\r\n", false]);
});

test("a question may be bytes that are no text", () => {
  expect(dialogue({ send: { hex: "00ff" } }).question).toEqual(Buffer.from([0, 255]));
});

describe("an answer that must contain +PONG", () => {
  test.each<[string, string[], string]>([
    ["in one piece", ["+PONG\r\n"], "pass"],
    ["in pieces, after others", ["-LOADING\r\n+P", "ON", "G"], "pass"],
    ["another one, then the end", ["-ERR\r\n"], "content"],
    ["nothing but the end", [], "closed"],
  ])("%s", (_, pieces, expected) => {
    expect(outcomeOf(dialogue({ send: "PING\r\n", expect: "+PONG" }), pieces)).toBe(expected);
  });

  test("is waited for while others come", () => {
    expect(dialogue({ expect: "+PONG" }).take(Buffer.from("-ERR\r\n"))).toBe("more");
  });
});

test("an answer of bytes that are no text", () => {
  expect(outcomeOf(dialogue({ expect: { hex: "ff00" } }), ["\x01\xff", "\x00"])).toBe("pass");
});
