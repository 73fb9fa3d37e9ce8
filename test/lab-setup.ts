/**
 * Runs before every file of tests that start labs or containers. A worker whose vitest was killed would
 * go on until its test ends, with its lab; the lab ends with its runner, so the runner has to end at once.
 */
process.once("disconnect", () => process.exit(1));
