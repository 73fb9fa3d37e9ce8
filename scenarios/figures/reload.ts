import { reloadUnderLoad } from "../reload.ts";
import { digits, type Figure } from "./figure.ts";
import { provenance, runForFigure, trusted } from "./scenario-run.ts";

const SETTING = { changes: 100, everyMs: 100, ratePerSecond: 1_000 } as const;
const DISTANCE = 3;

/** What many changes of configuration under load cost. */
export async function measureReload(): Promise<Figure> {
  const sentence = "A hundred changes of configuration lose no request and forget no health.";
  const { record } = await runForFigure("configuration-reloaded", 1, {
    scenario: { sentence, ...reloadUnderLoad(SETTING) },
    figure: "reload",
  });
  const [trial] = trusted(record);
  const valueOf = (objective: string) => trial?.objectives[objective]?.measured.value ?? null;
  const row = (what: string, objective: string, most: number, unit = 0) => {
    const value = valueOf(objective);
    return {
      what,
      wanted: `at most ${most}`,
      measured: digits(value, unit),
      held: value !== null && value <= most,
    };
  };
  return {
    title: "Reload",
    rows: [
      row("failed requests over 100 changes of members or weights", "failed-requests", 0),
      row(
        "largest distance from the wanted shares after a change, in requests",
        "distribution",
        DISTANCE,
        2,
      ),
      row("times that a backend that is dead all the time was found dead", "found-again", 1),
    ],
    method: `${SETTING.changes} documents by the admin API, one every ${SETTING.everyMs} ms, under ${SETTING.ratePerSecond} new connections a second (${trial?.probes.sent ?? 0} requests); weighted round robin, no retry. ${provenance(record)}`,
  };
}
