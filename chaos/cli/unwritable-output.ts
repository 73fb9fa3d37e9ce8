import { EXIT } from "../exit-code.ts";

/**
 * Keeps a command alive that can print no longer: what it has started is still to be ended and recorded.
 *
 * A reader that is gone (`| head`, a runner that died) wanted no more, and is no failure. Anything else, as a
 * full disk, is told on standard error, and a command that would have ended with 0 ends with
 * {@link EXIT.usage}: what it was asked for is not there.
 */
export function outliveUnwritableOutput(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return;
    process.stderr.write(
      `error: Standard output cannot be written: ${error.message}. Make room, or send it elsewhere.\n`,
    );
    process.once("exit", () => {
      if (process.exitCode === undefined || process.exitCode === EXIT.pass) {
        process.exitCode = EXIT.usage;
      }
    });
  });
  // There is nowhere left to tell of it.
  process.stderr.on("error", () => undefined);
}
