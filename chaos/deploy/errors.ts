/** A topology cannot be deployed; nothing was created. */
export class NotDeployable extends Error {
  readonly code = "not-deployable";
  readonly side = "internal";
  readonly retryable = false;

  /** @param problems everything in the way, each with the next step */
  constructor(topologyId: string, problems: readonly string[]) {
    super(
      `${topologyId} cannot be deployed, and nothing was created:\n${problems.map((one) => `  ${one}`).join("\n")}`,
    );
    this.name = "NotDeployable";
  }
}

/** cdktf did not do what it was asked to; the end of what it printed is above, all of it in its log. */
export class CdktfFailed extends Error {
  readonly code = "cdktf-failed";
  readonly side = "upstream";
  readonly retryable = true;

  constructor(verb: "deploy" | "destroy", topologyId: string, how: string, next: string) {
    super(
      `cdktf ${verb} ${topologyId} ended with ${how}; all that it printed is in .evenkeel/deploy/${topologyId}.log. ${next}`,
    );
    this.name = "CdktfFailed";
  }
}
