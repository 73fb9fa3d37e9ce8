/** Thrown when the admin API cannot listen. */
export class AdminFailed extends Error {
  readonly code = "admin-failed";
  readonly side = "internal";
  readonly retryable = false;

  constructor(where: string, why: string, next: string, cause?: unknown) {
    super(`The admin API cannot listen on ${where}: ${why}. ${next}`, { cause });
    this.name = "AdminFailed";
  }
}
