import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { NamespaceEnvironment } from "../../../../chaos/environment/namespace/namespace-environment.ts";
import { environmentContract } from "../environment-contract.ts";
import { smallTopology } from "../small-topology.ts";
import { allProcesses, labProcesses } from "./lab-processes.ts";

const logDirectory = mkdtempSync(join(tmpdir(), "evenkeel-lab-"));
afterAll(() => rmSync(logDirectory, { recursive: true, force: true }));
const environment = new NamespaceEnvironment({ logDirectory });

environmentContract("namespaces", {
  deploy: (topology, signal) => environment.deploy(topology, signal),
  // Namespaces have no names on the machine: they are there as long as a process is in them.
  leftovers: () =>
    Promise.resolve(
      allProcesses()
        .filter(({ parent, pid, session }) => parent === process.pid && session === pid)
        .flatMap(({ pid }) => labProcesses(pid))
        .map(({ pid, command }) => `${pid} ${command}`),
    ),
  sideBySide: true,
  endsWhileFrozen: true,
});

test("what each process printed is in a log of its own, with its time", async () => {
  await using deployment = await environment.deploy(smallTopology());
  expect(readdirSync(logDirectory).toSorted()).toEqual(["app-1", "app-2", "client"]);
  await deployment[Symbol.asyncDispose]();
  expect(readFileSync(join(logDirectory, "app-2", "stubborn.log"), "utf8")).toMatch(
    /^\d{6,} stdout deaf\n/,
  );
});

test("a lab of another process cannot be joined, and the message says what to do instead", async () => {
  await expect(environment.attach("small")).rejects.toThrow(/no lab of small.*evenkeel run/s);
});
