import { writeFileSync } from "node:fs";

/** Thrown when the track file cannot be written. */
export class TrackFileFailed extends Error {
  readonly code = "track-file-failed";
  readonly side = "internal";
  readonly retryable = true;

  constructor(path: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(
      `The track file ${path} cannot be written: ${why}. Check that its folder exists and is writable.`,
      { cause },
    );
    this.name = "TrackFileFailed";
  }
}

/**
 * Tells keepalived whether this balancer is fit to hold the floating address. It watches the file
 * and acts when a writer closes it. Synchronous, so that `1` is told before anything else happens.
 *
 * @throws TrackFileFailed
 * @see keepalived.conf(5), track_file
 */
export function writeTrackFile(path: string, healthy: boolean): void {
  try {
    writeFileSync(path, healthy ? "0\n" : "1\n");
  } catch (cause) {
    throw new TrackFileFailed(path, cause);
  }
}
