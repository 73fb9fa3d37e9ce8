import {
  slowStartParts,
  type SlowStartPart,
} from "../../chaos/objectives/slow-start-compliance.ts";
import { parseModel } from "../../chaos/simulation/model.ts";
import { simulate } from "../../chaos/simulation/simulate.ts";
import { slowStartShare } from "../../chaos/simulation/slow-start-share.ts";
import { slowStartUnderLoad } from "../slow-start.ts";
import { digits, type Figure, type FigureRow } from "./figure.ts";
import { provenance, runForFigure, trusted } from "./scenario-run.ts";

const SEED = 20_261;
const TENTHS = 10;
const TOLERANCE = 0.05;

/** In a tenth of this window 2,400 requests come; 9.1 % of them are due to the backend in the first. */
const LIVE = {
  windowMs: 60_000,
  ratePerSecond: 400,
  parts: TENTHS,
  minimumExpected: 200,
} as const;

/** The share of a backend that comes back, in each tenth of its slow start: simulated and live. */
export async function measureSlowStart(): Promise<Figure> {
  const live = await liveRows();
  return {
    title: "Slow start",
    rows: [simulatedRow(), ...live.rows],
    method: `Simulated: one of ten backends comes back under a million requests in its window of 30 s, aggression 1, minimum 0.1, round robin, seed ${SEED}. Live: one of two backends is killed and comes back under ${LIVE.ratePerSecond} requests a second, window ${LIVE.windowMs / 1_000} s, aggression 1, minimum 0.1; the band holds 99 of 100 binomial counts, between sending and end of each request. ${live.method}`,
  };
}

function simulatedRow(): FigureRow {
  const windowMs = 30_000;
  const curve = { backends: 10, aggression: 1, minimumWeight: 0.1 };
  const model = {
    about: "One backend of ten comes back; what is counted is its slow start.",
    arrivals: { kind: "poisson", ratePerSecond: 1_000_000 / (windowMs / 1_000) },
    work: { kind: "exponential", mean: "1ms" },
    backends: [{ count: curve.backends, workers: "unlimited" }],
    changes: [
      { at: "1s", becomes: { kind: "withdrawn" } },
      { at: "3s", becomes: { kind: "admitted" } },
    ],
    slowStart: { window: `${windowMs}ms`, aggression: 1, minimumWeight: curve.minimumWeight },
    warmUp: "3s",
    duration: `${windowMs}ms`,
  };
  const { windows } = simulate(parseModel(model, "a figure's model"), "round-robin", SEED);
  const offs = Array.from({ length: TENTHS }, (_, tenth) => {
    const [from, to] = [tenth / TENTHS, (tenth + 1) / TENTHS];
    const own = windows.filter(
      (_, index) => Math.floor((index * TENTHS) / windows.length) === tenth,
    );
    const arrived = own.reduce((sum, window) => sum + window.arrived, 0);
    const share = own.reduce((sum, window) => sum + window.toChanged, 0) / arrived;
    return share / slowStartShare(curve, from, to) - 1;
  });
  const [least, most] = [Math.min(...offs), Math.max(...offs)];
  const percent = (off: number): string => `${(off * 100).toFixed(2)} %`;
  return {
    what: "simulated: share in each tenth of the window against the curve",
    wanted: `within ± ${TOLERANCE * 100} %`,
    measured: `${percent(least)} to ${percent(most)}`,
    held: least >= -TOLERANCE && most <= TOLERANCE,
  };
}

async function liveRows(): Promise<{
  readonly rows: readonly FigureRow[];
  readonly method: string;
}> {
  const { definition, look } = slowStartUnderLoad(LIVE);
  const sentence = "A backend gets its share along the curve in each tenth of its slow start.";
  const run = await runForFigure("slow-start", 1, {
    scenario: { sentence, ...definition },
    figure: "slow-start",
  });
  const { record, events, probes } = run;
  // A trial that the machine spoilt was measured again.
  const trial = trusted(record).at(-1);
  const healedNs = trial?.faults[0]?.healedNs ?? null;
  const back = events.find(
    ({ trial: index, type, data, monotonicNs }) =>
      index === trial?.index &&
      type === "backend.healthy" &&
      data["backend"] === look.backend &&
      healedNs !== null &&
      BigInt(monotonicNs) >= BigInt(healedNs),
  );
  const own = probes.filter(({ trial: index }) => index === trial?.index);
  const seen =
    back === undefined
      ? { reason: "no trial can be trusted" }
      : slowStartParts(look, BigInt(back.monotonicNs), own);
  const method = provenance(record);
  if ("parts" in seen) return { rows: seen.parts.map(liveRow), method };
  const what = "live: requests in each tenth of the window";
  const wanted = "inside the curve's band";
  return {
    rows: [{ what, wanted, measured: `inconclusive: ${seen.reason}`, held: false }],
    method,
  };
}

function liveRow(
  { requests, got, expected, band, inside }: SlowStartPart,
  tenth: number,
): FigureRow {
  const due = (expected.least + expected.most) / 2;
  return {
    what: `live: requests in tenth ${tenth + 1}, of ${requests}`,
    wanted: `${digits(due)} (${digits(band.least)} to ${digits(band.most)})`,
    measured: String(got),
    held: inside,
  };
}
