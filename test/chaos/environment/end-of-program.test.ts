import { expect, test } from "vitest";
import { endOf } from "../../../chaos/environment/end-of-program.ts";
import type { SpawnedProcess } from "../../../chaos/environment/environment.ts";

/** A program that ends when it is told `endsOn`, or never. */
function program(endsOn: "end" | "kill" | "never"): SpawnedProcess & { signals: string[] } {
  const ended = Promise.withResolvers<{ code: number | null; signal: string | null }>();
  const signals: string[] = [];
  return {
    signals,
    exited: ended.promise,
    write: () => undefined,
    end: () => (endsOn === "end" ? ended.resolve({ code: 0, signal: null }) : undefined),
    kill: (signal) => {
      signals.push(signal);
      if (endsOn === "kill") ended.resolve({ code: null, signal });
    },
  };
}

test("a program that ends when it is told to is not killed", async () => {
  const obedient = program("end");
  obedient.end();
  await endOf(obedient, "The prober", 10_000);
  expect(obedient.signals).toEqual([]);
});

test("a program that does not end is killed", async () => {
  const deaf = program("kill");
  deaf.end();
  await endOf(deaf, "The prober", 20);
  expect(deaf.signals).toEqual(["SIGKILL"]);
});

test("a program whose end is never told is an error, not a wait without end", async () => {
  const lost = program("never");
  const begin = performance.now();
  await expect(endOf(lost, "The prober", 20)).rejects.toThrow(
    /The prober was killed, and its end was not told within 20 ms\. Look at/,
  );
  expect(performance.now() - begin).toBeGreaterThanOrEqual(39);
  expect(performance.now() - begin).toBeLessThan(5_000);
  expect(lost.signals).toEqual(["SIGKILL"]);
});
