import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test, vi } from "vitest";
import {
  childrenOf,
  outerPidOf,
  pidNamespaceOf,
  processesIn,
  signalAll,
  stateIn,
  stateOf,
  treeOf,
} from "../../../chaos/environment/process-tree.ts";

const PATIENCE = { timeout: 5_000, interval: 2 };
/** No machine counts that far. */
const NOBODY = 2 ** 30;

test("a process, its children and theirs are found, through every state to the end", async () => {
  const shell = spawn("sh", ["-c", "sleep 60 & sleep 61 & wait"]);
  const pid = shell.pid ?? NOBODY;
  await vi.waitUntil(() => childrenOf(pid).length === 2, PATIENCE);
  const tree = treeOf(pid);
  expect(tree).toHaveLength(3);
  expect(tree[0]).toBe(pid);
  expect(childrenOf(process.pid)).toContain(pid);
  expect(tree.map(stateOf)).toEqual(["alive", "alive", "alive"]);

  signalAll(tree, "SIGSTOP");
  await vi.waitUntil(() => tree.every((one) => stateOf(one) === "stopped"), PATIENCE);
  signalAll([NOBODY, ...tree], "SIGCONT");
  await vi.waitUntil(() => tree.every((one) => stateOf(one) === "alive"), PATIENCE);

  const closed = once(shell, "close");
  signalAll(tree, "SIGKILL");
  await closed;
  await vi.waitUntil(() => tree.every((one) => stateOf(one) === "ended"), PATIENCE);
  expect(treeOf(pid)).toEqual([pid]);
});

test("processes of one namespace are found by it, under the number that they call themselves", () => {
  const namespace = pidNamespaceOf(process.pid) ?? "";
  expect(namespace).toMatch(/^pid:\[\d+\]$/);
  const all = processesIn(namespace);
  expect(all).toContain(process.pid);
  expect(new Set(all).size).toBe(all.length);
  expect(processesIn("pid:[1]")).toEqual([]);
  expect(outerPidOf(namespace, process.pid)).toBe(process.pid);
  expect(outerPidOf(namespace, NOBODY)).toBeUndefined();
});

test.for([
  ["State:\tR (running)\nThreads:\t11\n", "alive"],
  ["State:\tS (sleeping)\nThreads:\t1\n", "alive"],
  ["State:\tT (stopped)\nThreads:\t11\n", "stopped"],
  ["State:\tt (tracing stop)\nThreads:\t1\n", "stopped"],
  // Its other threads still hold its sockets.
  ["State:\tZ (zombie)\nThreads:\t4\n", "alive"],
  ["State:\tZ (zombie)\nThreads:\t1\n", "ended"],
  ["State:\tX (dead)\n", "ended"],
  ["", "ended"],
] as const)("%j is %s", ([status, state]) => {
  expect(stateIn(`Name:\tnode\n${status}`)).toBe(state);
});

test("a process that is not there has no namespace, no children and has ended", () => {
  expect(pidNamespaceOf(NOBODY)).toBeUndefined();
  expect(childrenOf(NOBODY)).toEqual([]);
  expect(stateOf(NOBODY)).toBe("ended");
});
