import fc from "fast-check";
import { expect, test } from "vitest";
import { BehaviourSwitch } from "../../../scenarios/backend/behaviour-switch.ts";
import { seededRandom } from "../../../scenarios/backend/service-time.ts";

const switched = (random = () => 0.5) => new BehaviourSwitch(random);

/** Service time that work of 10 ms is given, or how else it ends. */
async function workOf10(behaviour: BehaviourSwitch): Promise<number | string> {
  const treatment = await behaviour.treat("work");
  return treatment.kind === "serve" ? treatment.serviceMs(10) : treatment.kind;
}

test("nobody who was told nothing misbehaves", async () => {
  const behaviour = switched();
  expect(await workOf10(behaviour)).toBe(10);
  expect(behaviour.affected).toBe(0);
});

test.for([
  [{ serviceMs: 70 }, 70],
  [{ factor: 3 }, 30],
  [{ serviceMs: 5, factor: 4 }, 20],
  [{ status: 500 }, "answer"],
  [{ reset: true }, "reset"],
] as const)("%j makes of 10 ms of work: %s", async ([told, outcome]) => {
  const behaviour = switched();
  behaviour.set(told);
  expect(await workOf10(behaviour)).toBe(outcome);
  expect(behaviour.affected).toBe(1);
});

test("checks are left alone unless they are meant too", async () => {
  const behaviour = switched();
  behaviour.set({ status: 500 });
  expect((await behaviour.treat("check")).kind).toBe("serve");
  behaviour.set({ status: 500, checks: true });
  expect((await behaviour.treat("check")).kind).toBe("answer");
});

test("checks alone may be hurt, and work not", async () => {
  const behaviour = switched();
  behaviour.set({ status: 503, checks: "only" });
  expect((await behaviour.treat("check")).kind).toBe("answer");
  expect(await workOf10(behaviour)).toBe(10);
  expect(behaviour.affected).toBe(1);
});

test("so many in a row are hurt and then one is not, whatever comes between them", async () => {
  const behaviour = switched();
  const kinds = async (count: number): Promise<string[]> => {
    const seen: string[] = [];
    for (let n = 0; n < count; n += 1) {
      seen.push((await behaviour.treat("check")).kind);
      expect(await workOf10(behaviour)).toBe(10);
    }
    return seen;
  };
  const told = { status: 503, checks: "only", inARow: 2 } as const;
  behaviour.set(told);
  const [hurt, well] = ["answer", "serve"];
  expect(await kinds(7)).toEqual([hurt, hurt, well, hurt, hurt, well, hurt]);
  behaviour.set(told);
  expect(await kinds(3)).toEqual([hurt, hurt, well]);
});

test("what hangs waits for a change, and is then treated as whoever comes then", async () => {
  const behaviour = switched();
  behaviour.set({ hang: true });
  const [first, second] = [workOf10(behaviour), workOf10(behaviour)];
  expect(await Promise.race([first, Promise.resolve("waits")])).toBe("waits");
  behaviour.set({ factor: 2 });
  expect(await Promise.all([first, second])).toEqual([20, 20]);
});

test("only the first requests are cold, and checks do not warm", async () => {
  const behaviour = switched();
  behaviour.set({ coldRequests: 2, factor: 10, checks: true });
  expect(await workOf10(behaviour)).toBe(100);
  await behaviour.treat("check");
  expect(await workOf10(behaviour)).toBe(100);
  expect(await workOf10(behaviour)).toBe(10);
  behaviour.set({ coldRequests: 1, factor: 10 });
  expect(await workOf10(behaviour)).toBe(100);
  expect(await workOf10(behaviour)).toBe(10);
});

test("about its share of the requests is hurt, and the same ones with the same seed", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (seed, share) => {
        const hurtBy = async (): Promise<(number | string)[]> => {
          const behaviour = switched(seededRandom(seed));
          behaviour.set({ status: 500, share });
          return Promise.all(Array.from({ length: 400 }, () => workOf10(behaviour)));
        };
        const hurt = await hurtBy();
        expect(await hurtBy()).toEqual(hurt);
        // Six standard deviations of a fair draw of 400 are at most 60.
        const count = hurt.filter((one) => one === "answer").length;
        expect(Math.abs(count - share * 400)).toBeLessThanOrEqual(60);
      },
    ),
  );
});
