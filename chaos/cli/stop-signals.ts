/** How often to look whether the parent is still the one that started us. */
const PARENT_EVERY_MS = 200;
/** npm hands on the Ctrl-C that the terminal has sent to the whole group already. */
const DUPLICATE_MS = 500;

/**
 * An abort signal that fires on Ctrl-C, SIGTERM, and when the process that started us dies: npm
 * killed with SIGKILL passes nothing on. A second signal changes nothing: what undoes a fault is
 * never skipped.
 *
 * @param tell says once what happens now
 * @param now what that is. @default "ending the lab and writing the record"
 */
export function stopSignals(
  tell: (message: string) => void,
  now = "ending the lab and writing the record",
): {
  readonly signal: AbortSignal;
  readonly dispose: () => void;
} {
  const controller = new AbortController();
  let stoppedAt = 0;
  const stop = (why: string): void => {
    if (!controller.signal.aborted) {
      stoppedAt = performance.now();
      tell(`${why}: ${now}.`);
      controller.abort(new Error(`interrupted (${why})`));
    } else if (performance.now() - stoppedAt > DUPLICATE_MS) {
      tell("Still ending the lab; faults are always undone first.");
    }
  };
  const onInterrupt = (): void => stop("Ctrl-C");
  const onTerminate = (): void => stop("SIGTERM");
  const onHangup = (): void => stop("SIGHUP");
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onTerminate);
  process.on("SIGHUP", onHangup);
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stop("the process that started this one died");
  }, PARENT_EVERY_MS);
  watch.unref();
  return {
    signal: controller.signal,
    dispose: () => {
      clearInterval(watch);
      process.off("SIGINT", onInterrupt);
      process.off("SIGTERM", onTerminate);
      process.off("SIGHUP", onHangup);
    },
  };
}
