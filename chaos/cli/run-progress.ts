import { styleText } from "node:util";
import { Listr } from "listr2";
import type { FinishedRun, Progress } from "../experiment.ts";
import { VERDICT_WORDS } from "../report/format.ts";
import type { TrialRecord } from "../report/record.ts";
import type { Scenario } from "../scenario.ts";
import type { RunOptions } from "./run.ts";
import { shownPath } from "./shown-path.ts";
import { terminalText } from "./terminal-text.ts";

/**
 * Shows what is going on: on a terminal one block that changes, elsewhere a line a trial. At the end of a run
 * stands the sign of its verdict, so a tick says that it passed, and not only that it is over.
 */
export async function withProgress(
  loud: boolean,
  scenario: Scenario,
  options: Pick<RunOptions, "trials" | "control">,
  act: (onProgress: (progress: Progress) => void) => Promise<FinishedRun>,
): Promise<FinishedRun> {
  if (!loud) return act(() => undefined);
  const trials = options.trials ?? scenario.trials;
  const what = options.control === true ? `Control, without ${scenario.control.without}: ` : "";
  let result: FinishedRun | undefined;
  const list = new Listr(
    [
      {
        title: `${what}${scenario.sentence}`,
        task: async (_, task) => {
          result = await act((progress) => {
            const line = lineOf(progress, trials, process.stdout.isTTY);
            if (line !== null) task.output = terminalText(line);
          });
        },
        rendererOptions: { outputBar: trials + 1, persistentOutput: true },
      },
    ],
    {
      registerSignalListeners: false,
      renderer: process.stdout.isTTY ? "default" : "simple",
      exitOnError: true,
      rendererOptions: {
        icon: { COMPLETED: () => signOf(result) },
        color: {
          COMPLETED: (sign) =>
            styleText(result?.record.verdict === "pass" ? "green" : "red", sign ?? ""),
        },
      },
    },
  );
  await list.run();
  if (result === undefined) throw new Error("The run ended without a result.");
  return result;
}

function signOf(run: FinishedRun | undefined): string {
  const verdict = run?.record.verdict ?? "inconclusive";
  return VERDICT_WORDS[verdict].sign;
}

function lineOf(progress: Progress, trials: number, terminal: boolean): string | null {
  switch (progress.kind) {
    case "run":
      return `seed ${progress.seed}, ${trials} ${trials === 1 ? "trial" : "trials"}, record in ${shownPath(progress.directory)}`;
    case "waiting":
      return "waiting: timed trials of another run hold the machine";
    case "stage":
      return terminal ? `${trialName(progress.trial, trials)}: ${progress.stage}` : null;
    case "trial": {
      const { verdict, outage, reasons, spoilt } = progress.trial;
      const measured =
        outage.value === null ? "no outage measured" : `outage ${outage.value.toFixed(1)} ms`;
      const why = reasons[0] === undefined ? "" : `: ${reasons[0]}`;
      const word = spoilt ? "spoilt by the machine" : verdict;
      return `${trialName(progress.trial, trials)}: ${word}, ${measured}${why}`;
    }
  }
}

/** By its number in record and report: `trial 2 (3 of 10)`, or `trial 10, which measures trial 2 again`. */
export function trialName(
  { index, repeats }: Pick<TrialRecord, "index" | "repeats">,
  trials: number,
): string {
  const name = `trial ${index}`;
  return repeats === null
    ? `${name} (${index + 1} of ${trials})`
    : `${name}, which measures trial ${repeats} again`;
}
