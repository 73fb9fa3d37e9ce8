import { setImmediate as turn } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { FaultError } from "../../../../chaos/faults/fault.ts";
import { ToxicsClient } from "../../../../chaos/faults/toxics/toxics-client.ts";
import { FakeProgram } from "../../load/fake-program.ts";

const REMOVE = { kind: "remove", link: "app--store", names: ["stall"] } as const;

async function started(): Promise<{ program: FakeProgram; client: ToxicsClient }> {
  const program = new FakeProgram();
  const starting = ToxicsClient.start(program.node, "http://198.18.7.41:8474");
  await turn();
  program.say({ kind: "ready" });
  return { program, client: await starting };
}

test("it runs in a node and is told where Toxiproxy is", async () => {
  const { program } = await started();
  expect(program.argv).toEqual(["evenkeel-toxics", "http://198.18.7.41:8474"]);
});

test("answers find their questions in any order, with the time between both stamps", async () => {
  const { program, client } = await started();
  const [first, second] = [client.ask(REMOVE), client.ask(REMOVE)];
  await turn();
  const [{ id: one } = { id: 0 }, { id: two } = { id: 0 }] = program.written as { id: number }[];
  program.say({ kind: "done", id: two, fromNs: "100", toNs: "200" });
  program.say({ kind: "done", id: one, fromNs: "1000", toNs: "1001" });
  expect(await second).toEqual({ monotonicNs: 150n, uncertaintyNs: 50n });
  const { monotonicNs, uncertaintyNs } = await first;
  // Both stamps lie within, also when the distance is odd.
  expect(monotonicNs - uncertaintyNs).toBeLessThanOrEqual(1000n);
  expect(monotonicNs + uncertaintyNs).toBeGreaterThanOrEqual(1001n);
});

test("what a canary met is told as it was seen", async () => {
  const { program, client } = await started();
  const question = { address: "198.18.7.41", port: 16379, send: "PING", withinMs: 100 } as const;
  const looking = client.look({ ...question, until: "data" });
  await turn();
  expect(program.written).toEqual([{ id: 1, kind: "canary", ...question, until: "data" }]);
  const look = { outcome: "reset", tookMs: 3, bytes: 0, pieces: 0 } as const;
  program.say({ kind: "done", id: 1, fromNs: "100", toNs: "200", look });
  expect(await looking).toEqual(look);
});

test("what Toxiproxy refused is told with the next step", async () => {
  const { program, client } = await started();
  const asking = client.ask(REMOVE);
  await turn();
  const message = "removing stall failed with status 500. Look at the log of the proxy.";
  program.say({ kind: "failed", id: 1, message });
  await expect(asking).rejects.toThrow(
    /^removing stall failed with status 500\. Look at the log of the proxy\. The logs of its nodes/,
  );
});

test("when the program ends, everything that waits for it is told why", async () => {
  const { program, client } = await started();
  const asking = client.ask(REMOVE);
  await turn();
  program.complain("out of memory");
  program.exit(1);
  await expect(asking).rejects.toThrow(FaultError);
  await expect(asking).rejects.toThrow(/ended: out of memory\. Look at the logs of [^.]*\.$/);
});

test("a program that ends before it is ready is an error with what it complained of", async () => {
  const program = new FakeProgram();
  const starting = ToxicsClient.start(program.node, "http://198.18.7.41:8474");
  await turn();
  program.complain("nsenter: no such program");
  program.exit(127);
  await expect(starting).rejects.toThrow(/ended: nsenter: no such program/);
});

test("an answer that does not come is an error; removing takes longer, and so does what is to be done later", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const { client } = await started();
    const inTenSeconds = process.hrtime.bigint() + 10_000_000_000n;
    const settled: string[] = [];
    const note = (name: string) => (error: Error) => settled.push(`${name}: ${error.message}`);
    const look = { address: "198.18.7.41", port: 16379, send: "PING", withinMs: 100 } as const;
    const asked = [
      client.look({ ...look, until: "data" }).catch(note("canary")),
      client.ask(REMOVE).catch(note("remove")),
      client
        .ask({ kind: "add", link: "app--store", toxics: [], atNs: inTenSeconds.toString() })
        .catch(note("later")),
    ];
    await vi.advanceTimersByTimeAsync(5_100);
    expect(settled).toEqual([expect.stringMatching(/^canary: no answer to canary within 5100 ms/)]);
    // Toxiproxy itself may take 5 s for it.
    await vi.advanceTimersByTimeAsync(6_800);
    expect(settled).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(settled[1]).toMatch(/^remove: no answer to remove within 12000 ms/);
    expect(settled).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(5_000);
    await Promise.all(asked);
    expect(settled[2]).toMatch(/^later: no answer to add within 5000 ms/);
  } finally {
    vi.useRealTimers();
  }
});

test("letting go ends the program and waits for its end", async () => {
  const { program, client } = await started();
  await client[Symbol.asyncDispose]();
  expect(await program.exited).toEqual({ code: 0, signal: null });
});
