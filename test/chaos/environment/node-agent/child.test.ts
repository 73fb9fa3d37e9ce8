import { describe, expect, test, vi } from "vitest";
import { startChild } from "../../../../chaos/environment/node-agent/child.ts";
import { stateOf } from "../../../../chaos/environment/process-tree.ts";

const run = async (argv: readonly string[]) => {
  const lines: string[] = [];
  const child = await startChild("it", argv, process.env, (stream, line) =>
    lines.push(`${stream} ${line}`),
  );
  return { child, lines };
};

test("all output was delivered when the end of a program is told", async () => {
  const { child, lines } = await run(["sh", "-c", "seq 2000; printf end"]);
  expect(await child.exited).toEqual({ code: 0, signal: null });
  expect(lines).toHaveLength(2_001);
  expect(lines.at(-1)).toBe("stdout end");
});

test("a program gets the signal that it is sent", async () => {
  const { child } = await run(["sleep", "60"]);
  expect(child.pid).toBeGreaterThan(1);
  child.kill("SIGTERM");
  expect(await child.exited).toEqual({ code: null, signal: "SIGTERM" });
});

test("a program that is not there is named, with the next step", async () => {
  await expect(run(["no-such-program"])).rejects.toThrow(
    'it: there is no program "no-such-program" on this node. Run "npx evenkeel doctor" to see which package brings it.',
  );
});

test("a program that may not be run is named with the reason", async () => {
  await expect(run([import.meta.filename])).rejects.toThrow(/it: cannot start \/.*EACCES/);
});

describe("a program whose place another one has taken", () => {
  /** A program that starts another one with the same output, says its pid, and ends or stays. */
  const replacing = async (then: string) => {
    const { child, lines } = await run(["sh", "-c", `sleep 60 & echo $!; ${then}`]);
    await vi.waitUntil(() => lines.length > 0);
    const [first, pid] = [child.pid, Number(lines[0]?.split(" ")[1])];
    child.adopt(pid);
    return { child, first, pid };
  };

  test("goes on as the other one, which gets its signals and whose end is its end", async () => {
    const { child, first, pid } = await replacing("exit 0");
    expect(child.pid).toBe(pid);
    await vi.waitUntil(() => !isRunning(first));
    expect(isRunning(pid)).toBe(true);
    child.kill("SIGTERM");
    expect(await child.exited).toEqual({ code: null, signal: null });
  });

  test("is told to end as well while it still runs itself", async () => {
    const { child, first, pid } = await replacing("wait; exec sleep 60");
    child.kill("SIGKILL");
    await child.exited;
    await vi.waitUntil(() => !isRunning(first) && !isRunning(pid));
  });

  test("has ended with the other one, although it still runs itself", async () => {
    const { child, first, pid } = await replacing("wait; exec sleep 60");
    process.kill(pid, "SIGKILL");
    expect(await child.exited).toEqual({ code: null, signal: null });
    expect(isRunning(first)).toBe(true);
    process.kill(first, "SIGKILL");
  });
});

function isRunning(pid: number): boolean {
  return stateOf(pid) !== "ended";
}
