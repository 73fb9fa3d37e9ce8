import { stopSignals } from "../../../chaos/cli/stop-signals.ts";

/** Tells what it hears, and goes on until SIGUSR2. What happens on a stop may be given in words. */
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const stop = stopSignals((message) => say(`told: ${message}`), process.argv[2]);
stop.signal.addEventListener("abort", () =>
  say(`aborted: ${(stop.signal.reason as Error).message}`),
);
// Registered later, so it runs after the one under test.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => say(`had ${signal}`));
}
process.on("SIGUSR2", () => {
  stop.dispose();
  process.exit(7);
});
// Longer than any test: whatever happens, it does not stay.
setTimeout(() => process.exit(8), 60_000);
say(`ready ${process.pid}`);
