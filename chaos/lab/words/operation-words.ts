import type { ConfigInput } from "../../../balancer/index.ts";
import { UnknownName } from "../../environment/errors.ts";
import { WrongUse } from "../../errors.ts";
import { applyConfigs } from "../../faults/apply-configs.ts";
import { applyConfig, disableBackend, drainBackend } from "../../faults/operations.ts";
import {
  listOf,
  numberOf,
  textOf,
  tryNumberOf,
  type WantedFault,
  type WordGroup,
} from "./fault-word.ts";

const BACKEND = { pool: "id of the pool", backend: "id of the backend" };

/** What an operator does to a balancer. */
export const OPERATION_WORDS: WordGroup = {
  title: "balancers, by their operator",
  words: {
    drain: {
      about: "a balancer drains a backend",
      whom: "balancer",
      settings: { ...BACKEND, "deadlineMs?": "until what is left is cut; none: never" },
      example: { target: "lb-a,lb-b", settings: { pool: "app", backend: "app-2" } },
      make: (target, words) => {
        const deadlineMs =
          textOf(words, "deadlineMs") === "none" ? "none" : tryNumberOf(words, "deadlineMs");
        const name = { pool: textOf(words, "pool"), backend: textOf(words, "backend") };
        return drainBackend(target, name, deadlineMs === undefined ? {} : { deadlineMs });
      },
    },
    disable: {
      about: "a balancer sends nothing new to a backend, whatever its health",
      whom: "balancer",
      settings: BACKEND,
      example: { target: "owner", settings: { pool: "app", backend: "app-2" } },
      make: (target, words) =>
        disableBackend(target, { pool: textOf(words, "pool"), backend: textOf(words, "backend") }),
    },
    "apply-config": {
      about: "a balancer gets a configuration with another policy or other weights",
      whom: "balancer",
      settings: {
        pool: "id of the pool",
        "policy?": "its name",
        "weights?": "such as app-1:3,app-2:1; the others keep theirs",
      },
      example: { target: "lb-a,lb-b", settings: { pool: "app", policy: "peak-ewma" } },
      make: (target, words) => applyConfig(target, changeTitle(words), changeOf(words)),
    },
    "apply-configs": {
      about: "a balancer gets one configuration after another, with weights in turn",
      whom: "balancer",
      settings: {
        pool: "id of the pool",
        times: "how many",
        everyMs: "from one to the next",
      },
      example: { target: "lb-a", settings: { pool: "app", times: "20", everyMs: "100" } },
      make: (target, words) => {
        const pool = textOf(words, "pool");
        const times = numberOf(words, "times");
        if (!Number.isInteger(times) || times < 1 || times > MOST_CONFIGS) {
          throw new WrongUse(
            `times=${times} of ${words.name} is no whole number from 1 to ${MOST_CONFIGS}`,
            "Use one that is.",
          );
        }
        return applyConfigs(target, {
          title: `weights of ${pool}`,
          everyMs: numberOf(words, "everyMs"),
          changes: Array.from({ length: times }, (_, turn) => heavierInTurn(pool, turn)),
        });
      },
    },
  },
};

/** More would keep a lab busy for longer than anybody looks on. */
const MOST_CONFIGS = 10_000;
/** Beside 1 for the others. */
const HEAVIER = 3;

/** One backend of the pool after another weighs more than the others. */
function heavierInTurn(poolId: string, turn: number) {
  return (document: ConfigInput): ConfigInput =>
    withPool(document, poolId, (pool) => ({
      ...pool,
      backends: pool.backends.map((backend, index) => ({
        ...backend,
        weight: index === turn % pool.backends.length ? HEAVIER : 1,
      })),
    }));
}

type PoolInput = ConfigInput["pools"][number];

/** @throws UnknownName without such a pool */
function withPool(
  document: ConfigInput,
  poolId: string,
  change: (pool: PoolInput) => PoolInput,
): ConfigInput {
  const ids = document.pools.map(({ id }) => id);
  if (!ids.includes(poolId)) throw new UnknownName("pool", poolId, ids);
  const pools = document.pools.map((pool) => (pool.id === poolId ? change(pool) : pool));
  return { ...document, pools };
}

function changeTitle(words: WantedFault): string {
  const parts = [
    words.settings["policy"] === undefined ? [] : [`policy ${textOf(words, "policy")}`],
    words.settings["weights"] === undefined ? [] : [`weights ${textOf(words, "weights")}`],
  ].flat();
  if (parts.length === 0) {
    throw new WrongUse(`${words.name} changes nothing`, "Add policy=… or weights=…, or both.");
  }
  return `${parts.join(" and ")} of ${textOf(words, "pool")}`;
}

/** Whether the document that comes of it is right is the balancer's own affair, which tells all of it. */
function changeOf(words: WantedFault): (document: ConfigInput) => ConfigInput {
  const { policy } = words.settings;
  const weights = weightsOf(words);
  return (document) =>
    withPool(document, textOf(words, "pool"), (pool) => {
      const ids = pool.backends.map(({ id }) => id);
      const unknown = [...weights.keys()].find((id) => !ids.includes(id));
      if (unknown !== undefined)
        throw new UnknownName("backend", unknown, ids, `in pool ${pool.id}`);
      return {
        ...pool,
        ...(policy === undefined ? {} : { policy: policy as NonNullable<PoolInput["policy"]> }),
        backends: pool.backends.map((backend) => {
          const weight = weights.get(backend.id);
          return weight === undefined ? backend : { ...backend, weight };
        }),
      };
    });
}

function weightsOf(words: WantedFault): ReadonlyMap<string, number> {
  if (words.settings["weights"] === undefined) return new Map();
  return new Map(
    listOf(textOf(words, "weights")).map((one) => {
      const [id = "", weight = ""] = one.split(":");
      if (id !== "" && /^\d+$/.test(weight)) return [id, Number(weight)] as const;
      throw new WrongUse(
        `weights=${textOf(words, "weights")} has "${one}" in it`,
        "Write them as app-1:3,app-2:1.",
      );
    }),
  );
}
