import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { COMPILE_CACHE_DIRECTORY } from "./chaos/setup/paths.ts";
import { SummaryReporter } from "./test/summary-reporter.ts";

/** Where a JUnit report goes, beside everything else; none when unset. */
const junitFile = process.env["EVENKEEL_JUNIT"];

/** Files that run side by side. Vitest would keep one core for itself, of two cores too: tests wait a lot. */
const WORKERS = Math.max(2, availableParallelism() - 1);

/**
 * `unit` needs nothing but Node, and `lab` runs real programs in rootless network namespaces. Both run
 * `WORKERS` files at a time. `timed` does what `lab` does and times it, or waits for the machine-wide lock
 * of timed trials, so it runs after the others, one file at a time; scenario files are suites of it.
 * `docker` needs an engine and our images, and is run by `npm run test:docker`. Paths under `test/` mirror
 * the sources.
 */
export default defineConfig({
  test: {
    reporters: ["default", ...(junitFile === undefined ? [] : ["junit"]), new SummaryReporter()],
    ...(junitFile === undefined ? {} : { outputFile: { junit: junitFile } }),
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/**/*.{lab,timed,docker}.test.ts"],
          testTimeout: 10_000,
          maxWorkers: WORKERS,
          // A program that a test starts is up in half the time.
          env: { NODE_COMPILE_CACHE: COMPILE_CACHE_DIRECTORY },
          // Not 0: on a machine of two cores vitest moves a group of that number to the end.
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "lab",
          include: ["test/**/*.lab.test.ts"],
          setupFiles: ["test/lab-setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          pool: "forks",
          maxWorkers: WORKERS,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "timed",
          include: ["test/**/*.timed.test.ts", "scenarios/*.scenario.ts"],
          setupFiles: ["test/lab-setup.ts", "test/scenario-setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          pool: "forks",
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: "docker",
          include: ["test/**/*.docker.test.ts"],
          setupFiles: ["test/lab-setup.ts"],
          // What runs into them hangs: containers of a busy engine take their time.
          testTimeout: 600_000,
          hookTimeout: 600_000,
          pool: "forks",
          fileParallelism: false,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
