import { expect, test } from "vitest";
import { injectWithJournal } from "../../../chaos/faults/injected.ts";
import type { Moment } from "../../../chaos/environment/environment.ts";
import { FakeJournal } from "./fake-deployment.ts";

const INTENT = { fault: "kill", target: "app-1", undo: "start node app-1" };
const moment = (monotonicNs: bigint) => ({ monotonicNs, uncertaintyNs: 0n });

function setting(steps: { act?: () => Promise<never>; undo?: () => Promise<Moment> } = {}) {
  const life: string[] = [];
  const journal = new FakeJournal(
    async () => {
      // A disk that takes its time: nothing may happen meanwhile.
      await new Promise((resolve) => setImmediate(resolve));
      life.push("intent");
    },
    () => void life.push("done"),
  );
  const inject = () =>
    injectWithJournal(journal, INTENT, {
      act: () => {
        life.push("act");
        return steps.act?.() ?? Promise.resolve(moment(7n));
      },
      verify: ({ monotonicNs }) => {
        life.push("verify");
        return Promise.resolve({ active: true, evidence: `since ${monotonicNs}` });
      },
      undo: () => {
        life.push("undo");
        return steps.undo?.() ?? Promise.resolve(moment(9n));
      },
    });
  return { life, journal, inject };
}

test("the intent is in the journal before the act, and done after the undo", async () => {
  const { life, journal, inject } = setting();
  const injected = await inject();
  expect(life).toEqual(["intent", "act"]);
  expect(journal.intents).toEqual([INTENT]);
  expect(injected).toMatchObject({ target: "app-1", moment: { monotonicNs: 7n } });
  expect(await injected.verify()).toEqual({ active: true, evidence: "since 7" });
  expect((await injected.heal()).monotonicNs).toBe(9n);
  expect(life).toEqual(["intent", "act", "verify", "undo", "done"]);
});

test("healing again, at the same time or by disposing, undoes nothing a second time", async () => {
  const { life, inject } = setting();
  const injected = await inject();
  const [first, second] = await Promise.all([injected.heal(), injected.heal()]);
  expect(second).toBe(first);
  await injected[Symbol.asyncDispose]();
  expect(life).toEqual(["intent", "act", "undo", "done"]);
});

test("an act that fails may have happened in part: it is undone, and its error is what counts", async () => {
  const { life, inject } = setting({ act: () => Promise.reject(new Error("half dead")) });
  await expect(inject()).rejects.toThrow("half dead");
  expect(life).toEqual(["intent", "act", "undo", "done"]);
});

test("when the undo of a failed act fails too, the first error is kept and the intent stays open", async () => {
  const { life, journal, inject } = setting({
    act: () => Promise.reject(new Error("first")),
    undo: () => Promise.reject(new Error("second")),
  });
  await expect(inject()).rejects.toThrow("first");
  expect(life).toEqual(["intent", "act", "undo"]);
  expect(journal.lines).toEqual(["intent"]);
});

test("an undo that fails is told, and its intent stays open for a later process", async () => {
  const { journal, inject } = setting({ undo: () => Promise.reject(new Error("no way back")) });
  const injected = await inject();
  await expect(injected.heal()).rejects.toThrow("no way back");
  expect(journal.lines).toEqual(["intent"]);
});

test("an undo that failed is tried again when it is healed again, and then is done once", async () => {
  const failures = [new Error("busy")];
  const { life, inject } = setting({
    undo: () => {
      const failure = failures.pop();
      return failure === undefined ? Promise.resolve(moment(11n)) : Promise.reject(failure);
    },
  });
  const injected = await inject();
  await expect(injected.heal()).rejects.toThrow("busy");
  expect((await injected.heal()).monotonicNs).toBe(11n);
  await injected[Symbol.asyncDispose]();
  expect(life).toEqual(["intent", "act", "undo", "undo", "done"]);
});

test("without a journal that takes the intent nothing is touched", async () => {
  const journal = new FakeJournal(() => {
    throw new Error("disk full");
  });
  let acted = false;
  const injecting = injectWithJournal(journal, INTENT, {
    act: () => {
      acted = true;
      return Promise.resolve(moment(1n));
    },
    verify: () => Promise.resolve({ active: true, evidence: "" }),
    undo: () => Promise.resolve(moment(2n)),
  });
  await expect(injecting).rejects.toThrow("disk full");
  expect(acted).toBe(false);
});
