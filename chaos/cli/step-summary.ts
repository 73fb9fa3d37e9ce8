import { appendStepSummary } from "../report/step-summary.ts";

/** Adds to the summary of the CI step that this is, if it is one; that it could not, is told. */
export async function summarizeStep(markdown: string): Promise<void> {
  const problem = await appendStepSummary(markdown, process.env);
  if (problem !== null) process.stderr.write(`${problem}\n`);
}
