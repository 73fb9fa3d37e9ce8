import type { BackendConfig } from "../config.ts";

/** Where backends are found. One file an implementation. */
export interface Discovery {
  /**
   * Looks once.
   *
   * @throws when nothing can be said of the backends now; those that were found before stay
   */
  look(): Promise<Found>;
  /** Tells when it is worth to look before the time is up. */
  watch?(stirred: () => void): void;
  /** Ends the watching. */
  close(): void;
}

/** What a look has found. */
export interface Found {
  readonly backends: readonly BackendConfig[];
  /** When to look again, in milliseconds; null for not before it stirs. */
  readonly againMs: number | null;
}
