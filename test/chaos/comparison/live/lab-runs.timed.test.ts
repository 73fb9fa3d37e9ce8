import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runInLab } from "../../../../chaos/comparison/live/lab-runs.ts";
import { livePlanOf } from "../../../../chaos/comparison/live/live-plan.ts";
import { planOf } from "../../../../chaos/comparison/plan.ts";
import { UndoJournalFile } from "../../../../chaos/faults/undo-journal.ts";
import { liveCell } from "../../../../scenarios/comparison/live-cell.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "evenkeel-live-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test("a cell in a lab: a backend of six that fails fast gets its share of errors, and is healed", async () => {
  const policies = ["round-robin", "random"];
  const plan = planOf({ policies, faults: ["fast-5xx"], metric: "failed", seed: 1 });
  const { runs } = livePlanOf(plan, [], liveCell);
  await using journal = await UndoJournalFile.open(join(folder, "journal.ndjson"));
  const signal = AbortSignal.timeout(100_000);
  // How late the prober was is the machine's affair; errors are counted all the same.
  const lab = { folder, id: "lab", journal, signal, distrust: () => null };
  const { requests, failed } = await runInLab(lab, runs[0]!, 0);
  expect(runs[0]).toMatchObject({ policy: "round-robin", repetition: 0 });
  expect(journal.pending).toBe(0);
  expect(requests).toBeGreaterThan(1_200);
  // A sixth of 180 a second for 5 s is 150; a machine that stands still sends some of them late.
  expect(failed.errors).toBeGreaterThan(60);
  expect(failed.errors).toBeLessThan(260);
});
