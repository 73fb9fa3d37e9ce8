import type { Moment } from "../environment/environment.ts";
import { deriveSeed } from "../statistics/random.ts";
import { downNowOf } from "./down-now.ts";
import type { Fault, InjectedFault, PreparedFault } from "./fault.ts";

/** The environment needs so long to be told of several things that are to happen at once. */
const LEAD_NS = 6_000_000n;

/**
 * Several faults at the same moment, as one: such as of both balancers, or of half a pool. It is
 * active when all of them are; the first stands for all of them where one target is named, and the
 * record names each with its own.
 *
 * @throws RangeError without any
 */
export function together(faults: readonly Fault[], title?: string): Fault {
  const [first] = faults;
  if (first === undefined) throw new RangeError("Nothing happens together: name at least a fault.");
  return {
    kind: "together",
    title: title ?? faults.map((fault) => fault.title).join(" together with "),
    check: (topology) => faults.forEach((fault) => fault.check(topology)),
    targets: (topology) => [...new Set(faults.flatMap((fault) => fault.targets(topology)))],
    takesDown: (topology) => faults.flatMap((fault) => fault.takesDown?.(topology) ?? []),
    prepare: async (deployment, chance = { seed: 0 }) => {
      await using stack = new AsyncDisposableStack();
      const prepared: PreparedFault[] = [];
      for (const [index, fault] of faults.entries()) {
        const seed = deriveSeed(chance.seed, "together", index);
        prepared.push(stack.use(await fault.prepare(deployment, { seed })));
      }
      const kept = stack.move();
      return {
        // There is one, because there is a first fault.
        aim: () => prepared[0]?.aim() ?? "",
        downNow: () => [
          ...new Set(
            prepared.flatMap((one, index) => downNowOf(faults[index], one, deployment.topology)),
          ),
        ],
        inject: async (wanted) => {
          const context = { ...wanted, atNs: wanted.atNs ?? process.hrtime.bigint() + LEAD_NS };
          const injecting = prepared.map((one) => one.inject(context));
          try {
            return asOne(faults, await allOf(injecting));
          } catch (error) {
            // Half of it is none of it; what went wrong first is what counts.
            await Promise.allSettled(injecting.map(async (one) => (await one).heal()));
            throw error;
          }
        },
        [Symbol.asyncDispose]: () => kept.disposeAsync(),
      };
    },
  };
}

function asOne(faults: readonly Fault[], injected: readonly InjectedFault[]): InjectedFault {
  let healed: Promise<Moment> | undefined;
  const heal = (): Promise<Moment> => {
    // Those that were healed stay so when it is tried again.
    healed ??= allOf(injected.map((one) => one.heal()))
      .then(spanOf)
      .catch((error: unknown) => {
        healed = undefined;
        throw error;
      });
    return healed;
  };
  return {
    moment: spanOf(injected.map(({ moment }) => moment)),
    target: injected[0]?.target ?? "",
    parts: faults.flatMap(({ kind }, index) => {
      const one = injected[index];
      return one === undefined ? [] : (one.parts ?? [{ kind, target: one.target }]);
    }),
    verify: async (signal) => {
      const seen = await Promise.all(injected.map((one) => one.verify(signal)));
      return {
        active: seen.every(({ active }) => active),
        evidence: seen.map(({ evidence }) => evidence).join("; "),
      };
    },
    heal,
    [Symbol.asyncDispose]: async () => void (await heal()),
  };
}

/** What they all come to, once the last of them has settled. @throws the error of the first one in order that failed */
async function allOf<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

/** The middle of all these moments, whose uncertainty reaches from the first to the last. */
function spanOf(moments: readonly Moment[]): Moment {
  const from = moments.map(({ monotonicNs, uncertaintyNs }) => monotonicNs - uncertaintyNs);
  const to = moments.map(({ monotonicNs, uncertaintyNs }) => monotonicNs + uncertaintyNs);
  const [first = 0n] = from.toSorted(ascending);
  const last = to.toSorted(ascending).at(-1) ?? 0n;
  const middle = (first + last) / 2n;
  return { monotonicNs: middle, uncertaintyNs: last - middle };
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b);
}
