import type { Deployment, Moment, TimelineEvent } from "../environment/environment.ts";
import { LabError } from "../environment/errors.ts";

/** How long a node may take to tell what was done to it. */
const TOLD_MS = 1_000;

/**
 * The first matching event since a fault took effect, which proves that it did: the same may have
 * happened before, by an earlier fault. Null when it is not told in time.
 */
export async function toldSince(
  deployment: Deployment,
  { monotonicNs, uncertaintyNs }: Moment,
  told: { readonly matches: (event: TimelineEvent) => boolean; readonly waitingFor: string },
): Promise<TimelineEvent | null> {
  const earliest = monotonicNs - uncertaintyNs;
  try {
    return await deployment.waitForEvent(
      (event) => BigInt(event.monotonicNs) >= earliest && told.matches(event),
      { deadlineMs: TOLD_MS, waitingFor: told.waitingFor },
    );
  } catch (error) {
    if (error instanceof LabError) return null;
    throw error;
  }
}
