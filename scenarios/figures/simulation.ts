import { cpus } from "node:os";
import { parseModel, type ModelInput } from "../../chaos/simulation/model.ts";
import { presetOf } from "../../chaos/simulation/presets.ts";
import { simulate } from "../../chaos/simulation/simulate.ts";
import { supermarketTimeInSystem } from "../../chaos/simulation/supermarket.ts";
import type { Figure, FigureRow } from "./figure.ts";

const SEED = 20_261;
const SEEDS = [1, 2, 3, 4, 5];

/** What the simulator reproduces, and how long it takes. Simulated, so the same on every machine but for the last. */
export function measureSimulation(): Figure[] {
  return [supermarket(), slowBackend(), speed()];
}

/** λ, then how long the system takes to forget its empty start, and requests, for one choice and for two. */
const SUPERMARKET = [
  [0.5, [50, 500_000], [30, 300_000]],
  [0.7, [100, 1_000_000], [50, 300_000]],
  [0.8, [250, 2_000_000], [50, 400_000]],
  [0.9, [1_000, 6_000_000], [100, 600_000]],
] as const;

function supermarket(): Figure {
  const rows = SUPERMARKET.flatMap(([busy, one, two]) => [
    supermarketRow("random", 1, busy, one),
    supermarketRow("power-of-two-choices", 2, busy, two),
  ]);
  return {
    title: "Simulator: the supermarket model",
    rows,
    method: `Mean time in system, as a multiple of the mean work. 1,000 backends with one worker each, Poisson arrivals, exponential work, one run each of 0.3 to 6 million requests after a warm-up, seed ${SEED}. Theory: Vvedenskaya et al. 1996; Mitzenmacher 2001.`,
  };
}

function supermarketRow(
  policy: string,
  choices: number,
  busy: number,
  [warmUpMs, requests]: readonly [number, number],
): FigureRow {
  const mean = run(policy, SEED, {
    about: "The supermarket model; the mean work is 1 ms.",
    arrivals: { kind: "poisson", ratePerSecond: busy * 1_000_000 },
    work: { kind: "exponential", mean: "1ms" },
    keys: { kind: "uniform", count: 1 },
    backends: [{ count: 1_000 }],
    warmUp: `${warmUpMs}ms`,
    requests,
  }).waiting.meanMs;
  const theory = supermarketTimeInSystem(busy, choices);
  const off = (mean ?? Number.NaN) / theory - 1;
  return {
    what: `${choices === 1 ? "one choice" : "two choices"} (${policy}), ${busy * 100} % busy`,
    wanted: `${theory.toFixed(3)} ± 3 %`,
    measured: `${(mean ?? Number.NaN).toFixed(3)} (${(off * 100).toFixed(2)} %)`,
    held: Math.abs(off) <= 0.03,
  };
}

function slowBackend(): Figure {
  const { model } = presetOf("slow-backend");
  const row = (policy: string, wanted: number, tolerance: number): FigureRow => {
    const shares = SEEDS.map((seed) => {
      const { succeeded, requests } = run(policy, seed, model);
      return (100 * succeeded) / requests;
    }).toSorted((a, b) => a - b);
    const [least = Number.NaN, most = Number.NaN] = [shares[0], shares.at(-1)];
    return {
      what: `success with ${policy}`,
      wanted: `${wanted} ± ${tolerance} %`,
      measured: `${least.toFixed(3)} to ${most.toFixed(3)} % (N=${SEEDS.length})`,
      held: least >= wanted - tolerance && most <= wanted + tolerance,
    };
  };
  return {
    title: "Simulator: one slow backend of eleven",
    rows: [
      row("round-robin", 95.45, 0.1),
      row("least-connections", 99.5, 0.1),
      row("peak-ewma", 99.9, 0.05),
    ],
    method: `One backend answers after 2 s for 30 of 60 s, 1,000 requests a second, clients wait for 1 s (Buoyant, "Beyond Round Robin", 2016; the digits of round robin by arithmetic). Seeds ${SEEDS.join(", ")}; \`npx evenkeel simulate slow-backend\`.`,
  };
}

function speed(): Figure {
  const { model, policies } = presetOf("ten-thousand");
  return {
    title: "Simulator: 10,000 backends, 1,000,000 requests",
    rows: policies.map((policy) => {
      const seconds = [1, 2, 3]
        .map((seed) => {
          const before = process.cpuUsage();
          run(policy, seed, model);
          const { user, system } = process.cpuUsage(before);
          return (user + system) / 1e6;
        })
        .toSorted((a, b) => a - b);
      const [least = 0, median = 0, most = 0] = seconds;
      return {
        what: `CPU time with ${policy}`,
        wanted: "at most 10 s",
        measured: `median ${median.toFixed(2)} s, ${least.toFixed(2)} to ${most.toFixed(2)} (N=3)`,
        held: median <= 10,
      };
    }),
    method: `\`npx evenkeel simulate ten-thousand\` on ${cpus()[0]?.model ?? "an unknown processor"}; the CPU time of the process, whatever else runs.`,
  };
}

function run(policy: string, seed: number, model: ModelInput) {
  return simulate(parseModel(model, "a figure's model"), policy, seed);
}
