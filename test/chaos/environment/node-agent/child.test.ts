import { expect, test } from "vitest";
import { startChild } from "../../../../chaos/environment/node-agent/child.ts";

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
