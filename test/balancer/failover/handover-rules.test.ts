import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { InvalidDocument } from "../../../balancer/errors.ts";
import { handoverRules, type HandoverInput } from "../../../balancer/failover/handover-rules.ts";

// Debian keeps both programs where an ordinary user's PATH does not look.
const ENV = { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` };
const NAMESPACE = ["--user", "--map-root-user", "--net"];

const input: HandoverInput = {
  virtualAddress: "198.18.7.10",
  peer: "198.18.7.12",
  priority: 250,
  preempt: false,
  windowMs: 15_500,
};

describe("the text", () => {
  test("passes on to the peer, through the interface that the node fills in", () => {
    const text = handoverRules(input);
    expect(text).toContain('dup to 198.18.7.12 device "{{interface}}" drop');
    expect(text).toContain("ip daddr 198.18.7.10 ");
  });

  test("closes the window after no less than the time given", () => {
    expect(handoverRules(input)).toContain("timeout 16s");
  });

  test.each([false, true])("is taken by nft, as often as it is loaded; preempt: %s", (preempt) => {
    const rules = handoverRules({ ...input, preempt }).replaceAll("{{interface}}", "lo");
    const load = 'printf "%s" "$1" | nft --file -';
    const script = `${load} && ${load} && nft list ruleset`;
    const { status, stdout, stderr } = spawnSync(
      "unshare",
      [...NAMESPACE, "sh", "-ec", script, "sh", rules],
      { env: ENV, encoding: "utf8" },
    );
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout.match(/^table /gm)).toHaveLength(1);
    expect(stdout.match(/dup to/g)).toHaveLength(1);
  });
});

describe("wrong input", () => {
  test("is refused with every problem at once", () => {
    const wrong = { ...input, virtualAddress: "::1", peer: "lb2", priority: 255, windowMs: 0 };
    expect(problemsFor(wrong).toSorted()).toEqual([
      "peer",
      "priority",
      "virtualAddress",
      "windowMs",
    ]);
  });

  test("is a peer that is the floating address itself", () => {
    expect(problemsFor({ ...input, peer: input.virtualAddress })).toEqual(["peer"]);
  });
});

function problemsFor(wrong: HandoverInput): string[] {
  try {
    handoverRules(wrong);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidDocument);
    return (error as InvalidDocument).problems.map(({ path }) => path);
  }
  return [];
}
