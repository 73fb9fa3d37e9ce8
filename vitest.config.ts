import { defineConfig } from "vitest/config";

/**
 * Three projects: `unit` needs nothing but Node; `lab` runs real programs in rootless network
 * namespaces; `docker` needs an engine. Paths under `test/` mirror the sources.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/**/*.lab.test.ts", "test/**/*.docker.test.ts"],
          testTimeout: 10_000,
        },
      },
      {
        test: {
          name: "lab",
          include: ["test/**/*.lab.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          pool: "forks",
        },
      },
    ],
  },
});
