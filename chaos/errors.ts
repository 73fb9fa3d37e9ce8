/** Something was asked for that cannot be done; nothing was started. */
export class WrongUse extends Error {
  readonly code = "wrong-use";
  readonly side = "internal";
  readonly retryable = false;

  /**
   * @param what the option or field, the value, and why it cannot be
   * @param next what to do instead
   */
  constructor(what: string, next: string) {
    super(`${what}. ${next}`);
    this.name = "WrongUse";
  }
}
