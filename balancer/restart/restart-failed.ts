/** Thrown when no successor came to serve. The running balancer is untouched. */
export class RestartFailed extends Error {
  readonly code = "restart-failed";
  readonly side = "internal";
  readonly retryable = true;

  /**
   * @param why what kept it from it, as a clause
   * @param next what to do
   */
  constructor(
    why: string,
    next = "This process serves on as before. Correct it (--check tells what is wrong with a configuration), and restart again.",
    cause?: unknown,
  ) {
    super(`The balancer was not restarted: ${why}. ${next}`, { cause });
    this.name = "RestartFailed";
  }
}
