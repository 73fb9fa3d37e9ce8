import { writeSync } from "node:fs";
import type { Reporter, SerializedError, TestModule } from "vitest/node";

/** How many tests ended how. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What of a module is counted; a `TestModule` of vitest is one. */
export interface CountedModule {
  readonly children: {
    allTests(): Iterable<{
      readonly fullName: string;
      /** `note` is what a test that skipped itself said. */
      result(): { readonly state: string; readonly note?: string | undefined };
    }>;
  };
  /** Of the module itself: a file that cannot be loaded has no tests. */
  errors(): readonly unknown[];
  state(): string;
}

/**
 * Counts a test run so that nothing that went wrong is missing: a file that did not load, and an
 * error outside of every test, are each one failure. A test that never ended is a failure too.
 */
export function countRun(
  modules: readonly CountedModule[],
  unhandledErrors: readonly unknown[],
): Counts {
  const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
  for (const module of modules) {
    let failedInside = 0;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === "passed") counts.passed += 1;
      else if (state === "skipped") counts.skipped += 1;
      else failedInside += 1;
    }
    // A failing hook of a suite fails its module, and may leave no failed test behind.
    const failedOutside =
      module.errors().length > 0 || (module.state() === "failed" && failedInside === 0);
    counts.failed += failedInside + (failedOutside ? 1 : 0);
  }
  return counts;
}

/** A line for every test that skipped itself and said why. */
export function skippedLines(modules: readonly CountedModule[]): string[] {
  return modules.flatMap((module) =>
    [...module.children.allTests()].flatMap((test) => {
      const { state, note } = test.result();
      return state === "skipped" && note !== undefined
        ? [`skipped: ${test.fullName}: ${note}`]
        : [];
    }),
  );
}

/** `12 passed, 0 failed`, and `, 3 skipped` when any was. */
export function summaryLine(counts: Counts): string {
  const skipped = counts.skipped === 0 ? "" : `, ${counts.skipped} skipped`;
  return `${counts.passed} passed, ${counts.failed} failed${skipped}`;
}

/**
 * Prints the summary as the very last line of the run, after why tests skipped themselves. Stands beside vitest's default reporter.
 */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const lines = [...skippedLines(modules), summaryLine(countRun(modules, unhandledErrors))];
    // Other reporters, and vitest itself, still write after this call; at `exit` nobody does.
    process.once("exit", () => {
      writeSync(1, `${lines.join("\n")}\n`);
    });
  }
}
