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
  /** Path of the file, relative to its project. */
  readonly relativeModuleId: string;
  readonly children: {
    allTests(): Iterable<{
      readonly fullName: string;
      result(): {
        readonly state: string;
        /** What a test that skipped itself said. */
        readonly note?: string | undefined;
        readonly errors?: readonly { readonly message: string }[] | undefined;
      };
    }>;
  };
  /** Of the module itself: a file that cannot be loaded has no tests. */
  errors(): readonly { readonly message: string }[];
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

/**
 * A line for everything that `countRun` takes for a failure: where, and what was said of it first. What
 * the whole output says of it can be thousands of lines above.
 */
export function failedLines(
  modules: readonly CountedModule[],
  unhandledErrors: readonly { readonly message: string }[],
): string[] {
  const lines: string[] = [];
  for (const module of modules) {
    const place = `failed: ${module.relativeModuleId}`;
    const failed = [...module.children.allTests()]
      .map((test) => ({ test, ...test.result() }))
      .filter(({ state }) => state !== "passed" && state !== "skipped");
    for (const { test, errors } of failed) {
      lines.push(`${place} > ${test.fullName}: ${firstLine(errors?.[0]) ?? "never ended"}`);
    }
    const [error] = module.errors();
    if (error !== undefined || (module.state() === "failed" && failed.length === 0)) {
      lines.push(`${place}: ${firstLine(error) ?? "outside of its tests"}`);
    }
  }
  return [
    ...lines,
    ...unhandledErrors.map((error) => `failed: outside of every test: ${firstLine(error)}`),
  ];
}

function firstLine(error: { readonly message: string } | undefined): string | undefined {
  return error?.message.split("\n", 1)[0];
}

/** `12 passed, 0 failed`, and `, 3 skipped` when any was. */
export function summaryLine(counts: Counts): string {
  const skipped = counts.skipped === 0 ? "" : `, ${counts.skipped} skipped`;
  return `${counts.passed} passed, ${counts.failed} failed${skipped}`;
}

/**
 * Prints the summary as the very last line of the run, after what failed and why tests skipped
 * themselves. Stands beside vitest's default reporter.
 */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const lines = [
      ...skippedLines(modules),
      ...failedLines(modules, unhandledErrors),
      summaryLine(countRun(modules, unhandledErrors)),
    ];
    // Other reporters, and vitest itself, still write after this call; at `exit` nobody does.
    process.once("exit", () => {
      writeSync(1, `${lines.join("\n")}\n`);
    });
  }
}
