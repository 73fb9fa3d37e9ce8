import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InvalidDocument } from "../../../balancer/errors.ts";
import {
  keepalivedArgv,
  keepalivedConfig,
  type KeepalivedInput,
} from "../../../balancer/failover/keepalived-config.ts";

// Debian keeps both programs where an ordinary user's PATH does not look.
const ENV = { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` };
const NAMESPACE = ["--user", "--map-root-user", "--net"];

const input: KeepalivedInput = {
  nodeId: "lb1",
  priority: 250,
  address: "198.18.7.10",
  peers: ["198.18.7.11"],
  virtualAddress: { address: "198.18.7.5", prefixLength: 24 },
  advertIntervalMs: 100,
  routerId: 51,
  preempt: false,
  trackFile: "/run/evenkeel/vrrp.track",
  notifyFifo: "/run/evenkeel/vrrp.fifo",
};

describe("the text", () => {
  test("names both addresses, the interval in seconds, and the placeholder of the interface", () => {
    const text = keepalivedConfig(input);
    expect(text).toContain("\n  advert_int 0.10\n");
    expect(text).toContain("\n  unicast_src_ip 198.18.7.10\n");
    expect(text).toContain("\n    198.18.7.11\n");
    expect(text).toContain("\n    198.18.7.5/24 dev {{interface}}\n");
    expect(text).toContain("\n  interface {{interface}}\n");
  });

  test("starts the node in fault until the balancer says that it is healthy", () => {
    expect(keepalivedConfig(input)).toContain("\n  init_file 1 overwrite\n");
  });

  test("says after how many missed adverts the master counts as dead only when that is asked for", () => {
    expect(keepalivedConfig(input)).not.toContain("down_timer_adverts");
    expect(keepalivedConfig({ ...input, downTimerAdverts: 30 })).toContain(
      "\n  down_timer_adverts 30\n",
    );
    expect(() => keepalivedConfig({ ...input, downTimerAdverts: 0 })).toThrow("downTimerAdverts");
  });

  test("says nopreempt exactly when a returning node must not take the address back", () => {
    expect(keepalivedConfig(input)).toContain("nopreempt");
    expect(keepalivedConfig({ ...input, preempt: true })).not.toContain("nopreempt");
  });
});

describe("wrong input", () => {
  test("is refused with every problem at once", () => {
    const wrong = {
      ...input,
      priority: 255,
      advertIntervalMs: 41_000,
      routerId: 0,
      peers: [],
      trackFile: 'a"b',
    };
    const problems = problemsFor(wrong);
    expect(problems.toSorted()).toEqual([
      "advertIntervalMs",
      "peers",
      "priority",
      "routerId",
      "trackFile",
    ]);
  });

  test.each([
    ["a fraction of a centisecond", { advertIntervalMs: 125 }, "advertIntervalMs"],
    ["less than a centisecond", { advertIntervalMs: 0 }, "advertIntervalMs"],
    ["a peer that is the node itself", { peers: ["198.18.7.10"] }, "peers[0]"],
    ["a repeated peer", { peers: ["198.18.7.11", "198.18.7.11"] }, "peers[1]"],
    [
      "a floating address that a peer has",
      { virtualAddress: { address: "198.18.7.11", prefixLength: 24 } },
      "virtualAddress.address",
    ],
    ["a path with a line feed", { notifyFifo: "/run/a\nb" }, "notifyFifo"],
    ["a path that is not absolute", { trackFile: "vrrp.track" }, "trackFile"],
  ])("%s is refused", (_, change, path) => {
    expect(problemsFor({ ...input, ...change })).toEqual([path]);
  });
});

test("keepalived runs in the foreground with pid files of the node's own", () => {
  expect(keepalivedArgv("/run/evenkeel/keepalived.conf").join(" ")).toBe(
    "keepalived -n -l -D -G -P -f /run/evenkeel/keepalived.conf -p /run/evenkeel/keepalived.pid -r /run/evenkeel/vrrp.pid",
  );
});

const missing = whyKeepalivedCannotRun();

describe.skipIf(missing !== null)(
  `the real keepalived${missing === null ? "" : ` (skipped: ${missing})`}`,
  () => {
    let directory = "";
    beforeAll(() => {
      directory = mkdtempSync(join(tmpdir(), "evenkeel-keepalived-"));
    });
    afterAll(() => {
      rmSync(directory, { recursive: true, force: true });
    });

    test.each<[string, Partial<KeepalivedInput>]>([
      ["the usual pair", {}],
      ["the shortest interval", { advertIntervalMs: 10 }],
      ["the longest interval", { advertIntervalMs: 40_950 }],
      ["preemption", { preempt: true }],
      ["three balancers", { peers: ["198.18.7.11", "198.18.7.12"], priority: 1, routerId: 255 }],
    ])("finds nothing to say about %s", (_, change) => {
      expect(check(keepalivedConfig({ ...input, ...change }))).toEqual({ code: 0, output: "" });
    });

    test("does find a wrong line, so that the check above means something", () => {
      const text = keepalivedConfig(input).replace("nopreempt", "no_preempt");
      const result = check(text);
      expect(result.code).toBe(5);
      expect(result.output).toContain("no_preempt");
    });

    function check(text: string): { code: number | null; output: string } {
      const file = join(directory, "keepalived.conf");
      writeFileSync(file, text.replaceAll("{{interface}}", "eth0"));
      // An interface of its own, since keepalived refuses the loopback and a machine may have no other.
      const script = `ip link add eth0 type veth peer name peer0 && exec keepalived -t -f ${file}`;
      const result = spawnSync("unshare", [...NAMESPACE, "sh", "-c", script], {
        encoding: "utf8",
        env: ENV,
      });
      return { code: result.status, output: result.stderr + result.stdout };
    }
  },
);

function problemsFor(wrong: KeepalivedInput): string[] {
  try {
    keepalivedConfig(wrong);
  } catch (error) {
    if (error instanceof InvalidDocument) return error.problems.map((problem) => problem.path);
    throw error;
  }
  throw new Error("It was accepted. It should be refused.");
}

function whyKeepalivedCannotRun(): string | null {
  try {
    execFileSync("keepalived", ["--version"], { stdio: "ignore", env: ENV });
  } catch {
    return "keepalived is not installed";
  }
  try {
    const script = "ip link add eth0 type veth peer name peer0";
    execFileSync("unshare", [...NAMESPACE, "sh", "-c", script], { stdio: "ignore", env: ENV });
  } catch {
    return "no rootless network namespaces here";
  }
  return null;
}
