import type { Command } from "commander";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { thisMachine } from "../setup/machine.ts";
import { PURPOSES, survey, unmet, type Purpose, type Surveyed } from "../setup/requirement.ts";
import { REQUIREMENTS } from "../setup/requirements.ts";
import { lookOf, type Look } from "../setup/steps.ts";

/** What must work for `evenkeel doctor` to be content; the other purposes are told as well. */
const WANTED: readonly Purpose[] = ["demo", "test"];

/** `evenkeel doctor`: what this machine has, what it lacks, and what to do about it. */
export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description("Check what this machine has and lacks, and say what to do about it.")
    .option("--json", "print it as JSON")
    .addHelpText("after", "\nExamples:\n  evenkeel doctor\n  evenkeel doctor --json")
    .action(async (options: { readonly json?: boolean }) => {
      const surveyed = await survey(REQUIREMENTS, thisMachine());
      process.stdout.write(
        options.json === true
          ? `${JSON.stringify(doctorDocument(surveyed), null, 2)}\n`
          : doctorTable(surveyed, lookOf(process.stdout.isTTY, process.env)),
      );
      process.exitCode = doctorExitCode(surveyed);
    });
}

/** 0 when the demo and the tests can run, else 64. */
export function doctorExitCode(surveyed: readonly Surveyed[]): ExitCode {
  return unmet(surveyed, WANTED).length === 0 ? EXIT.pass : EXIT.usage;
}

/** What `--json` prints. */
export interface DoctorDocument {
  readonly schema: "evenkeel.doctor/1";
  /** Whether each purpose can be followed on this machine. */
  readonly ready: Readonly<Record<Purpose, boolean>>;
  readonly requirements: readonly {
    readonly id: string;
    readonly title: string;
    readonly state: Surveyed["finding"]["state"];
    readonly version: string | null;
    readonly path: string | null;
    /** Reason of each purpose that needs it. */
    readonly neededFor: Readonly<Partial<Record<Purpose, string>>>;
    readonly problem: string | null;
    readonly next: string | null;
  }[];
}

/** The findings as data. */
export function doctorDocument(surveyed: readonly Surveyed[]): DoctorDocument {
  const can = (purpose: Purpose): boolean => unmet(surveyed, [purpose]).length === 0;
  return {
    schema: "evenkeel.doctor/1",
    ready: { demo: can("demo"), test: can("test"), docker: can("docker"), bench: can("bench") },
    requirements: surveyed.map(({ requirement: { id, title, neededFor }, finding }) => ({
      id,
      title,
      state: finding.state,
      version: finding.version,
      path: finding.path,
      neededFor,
      problem: finding.state === "ready" ? null : finding.problem,
      next: finding.state === "ready" ? null : finding.next,
    })),
  };
}

/** The findings as a table; under each that is not ready, what is wrong and what to do. */
export function doctorTable(surveyed: readonly Surveyed[], look: Look): string {
  const rows = surveyed.map(({ requirement, finding }) => [
    requirement.title,
    finding.version ?? "",
    finding.state.replace("-", " "),
    PURPOSES.filter((purpose) => requirement.neededFor[purpose] !== undefined).join(", "),
  ]);
  const head = ["", "version", "state", "needed for"];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();

  const lines = [`  ${line(head)}`];
  for (const [index, { requirement, finding }] of surveyed.entries()) {
    const wanted = WANTED.some((purpose) => requirement.neededFor[purpose] !== undefined);
    lines.push(`${markOf(finding.state === "ready", wanted, look)} ${line(rows[index] ?? [])}`);
    if (finding.state === "ready") continue;
    const reasons = [...new Set(Object.values(requirement.neededFor))].join(", ");
    lines.push(`    It ${reasons}; ${finding.problem}.`, `    ${finding.next}`);
  }
  const can = PURPOSES.filter((purpose) => unmet(surveyed, [purpose]).length === 0);
  lines.push(
    "",
    `This machine is ready for: ${can.length === 0 ? "nothing yet" : can.join(", ")}.`,
  );
  return `${lines.join("\n")}\n`;
}

/** A cross only for what the demo or the tests need. */
function markOf(isReady: boolean, wanted: boolean, look: Look): string {
  const mark = isReady ? READY : wanted ? LACKING : NOT_WANTED;
  const shown = look.unicode ? mark.unicode : mark.ascii;
  return look.color ? `\u001b[${mark.color}m${shown}\u001b[39m` : shown;
}

const READY = { unicode: "✓", ascii: "+", color: 32 };
const LACKING = { unicode: "✗", ascii: "x", color: 31 };
const NOT_WANTED = { unicode: "–", ascii: "-", color: 33 };
