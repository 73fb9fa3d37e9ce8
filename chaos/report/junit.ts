import { VERDICT_WORDS } from "./format.ts";
import { escape } from "./html/markup.ts";
import type { ObjectiveRecord, RunRecord, Verdict } from "./record.ts";
import { plain } from "./wrap.ts";

/** A test case, and why it did not pass: a promise was missed, or nothing can be said of it. */
interface Case {
  readonly name: string;
  readonly problem: {
    readonly kind: "failure" | "error";
    readonly verdict: Verdict | "not judged";
    readonly message: string;
  } | null;
}

/** Verdicts that say something of the objectives. Any other says that the run itself went wrong. */
const JUDGED: ReadonlySet<Verdict> = new Set(["pass", "fail", "inconclusive"]);

/**
 * A run as a JUnit report, for the CI systems that read one: a suite of one case for each objective,
 * and one for whether the run can be trusted. An objective that was missed is a failure. Without an
 * answer it is an error: no data is never a pass.
 *
 * @see https://github.com/testmoapp/junitxml for what the readers of this format have in common
 */
export function renderJunit(record: RunRecord): string {
  const { scenario, durationMs } = record;
  const control = scenario.controlWithout === null ? "" : "-control";
  const name = `${scenario.id}${control}`;
  const cases = [trustCase(record), ...record.objectives.map(objectiveCase)];
  const count = (kind: "failure" | "error"): number =>
    cases.filter(({ problem }) => problem?.kind === kind).length;
  const counts = attributes({
    tests: cases.length,
    failures: count("failure"),
    errors: count("error"),
    skipped: 0,
    time: ((durationMs ?? 0) / 1000).toFixed(3),
  });
  const properties = {
    sentence: scenario.sentence,
    seed: record.seed,
    trials: `${record.trials.filter(({ repeats }) => repeats === null).length} of ${record.trialsPlanned}`,
    command: record.command,
    ...(scenario.controlWithout === null ? {} : { "control without": scenario.controlWithout }),
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: "evenkeel" })}${counts}>`,
    `  <testsuite${attributes({ name })}${counts}${attributes({ timestamp: record.startedAt })}>`,
    "    <properties>",
    ...Object.entries(properties).map(
      ([name, value]) => `      <property${attributes({ name, value })}/>`,
    ),
    "    </properties>",
    ...cases.flatMap((one) => caseLines(name, one)),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function trustCase({ verdict, reasons, objectives }: RunRecord): Case {
  const name = "the run can be trusted";
  // A run that did not pass, as one without objectives, must not look as if it had.
  const told = verdict === "pass" || objectives.some((one) => one.verdict !== "pass");
  if (verdict !== null && JUDGED.has(verdict) && told) return { name, problem: null };
  const meaning = verdict === null ? "The run has not ended." : VERDICT_WORDS[verdict].meaning;
  const message = [meaning, ...reasons].join(" ");
  return { name, problem: { kind: "error", verdict: verdict ?? "not judged", message } };
}

function objectiveCase({ title, statistic, bound, verdict, message }: ObjectiveRecord): Case {
  const name = `${title}: ${statistic} ${bound}`;
  if (verdict === "pass") return { name, problem: null };
  return { name, problem: { kind: verdict === "fail" ? "failure" : "error", verdict, message } };
}

function caseLines(classname: string, { name, problem }: Case): string[] {
  const open = `    <testcase${attributes({ classname, name })}`;
  if (problem === null) return [`${open}/>`];
  const { kind, verdict: type, message } = problem;
  return [`${open}>`, `      <${kind}${attributes({ type, message })}/>`, "    </testcase>"];
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escape(plain(String(value)))}"`)
    .join("");
}
