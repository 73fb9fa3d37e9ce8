import { EXIT } from "../exit-code.ts";

/** npm hands on the Ctrl-C that the terminal has sent to the whole group already. */
const DUPLICATE_MS = 500;

/**
 * An abort signal that fires on Ctrl-C, SIGTERM and when the terminal goes, so that what is half done can
 * be undone. A second Ctrl-C or SIGTERM exits at once, with whatever runs for set-up.
 *
 * @param tell says once what happens now
 * @param duplicateMs what comes within this time is the first one, handed on
 */
export function interruption(
  tell: (message: string) => void,
  duplicateMs = DUPLICATE_MS,
): AbortSignal {
  const controller = new AbortController();
  let interruptedAt = 0;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (!controller.signal.aborted) {
        interruptedAt = performance.now();
        controller.abort();
        // Without a terminal there may be nobody to tell.
        if (name !== "SIGHUP") tell("ending what is half done; once more ends it at once");
      } else if (name !== "SIGHUP" && performance.now() - interruptedAt > duplicateMs) {
        process.exit(EXIT.interrupted);
      }
    });
  }
  return controller.signal;
}
