/** Thrown when no successor came to serve. The running balancer is untouched. */
export class RestartFailed extends Error {
  readonly code = "restart-failed";
  readonly side = "internal";
  readonly retryable = true;

  /** @param why what kept it from it, as a clause */
  constructor(why: string, cause?: unknown) {
    super(
      `The balancer was not restarted: ${why}. This process serves on as before. Correct it (--check tells what is wrong with a configuration), and restart again.`,
      { cause },
    );
    this.name = "RestartFailed";
  }
}
