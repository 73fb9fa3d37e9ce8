/** Thrown when a balancer cannot take over another configuration at the moment. */
export class NotChangeable extends Error {
  readonly code = "not-changeable";
  readonly side = "internal";
  readonly retryable = true;

  /** @param phase where the balancer is in its life */
  constructor(phase: string) {
    super(
      `The balancer takes no configuration over: it is ${phase}. ` +
        (phase === "starting" ? "Try again when it is ready." : "Use another balancer."),
    );
    this.name = "NotChangeable";
  }
}
