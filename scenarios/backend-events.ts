import type { EventType } from "../balancer/index.ts";
import {
  firstEventAfter,
  theFaultAtTheEarliest,
  type TrialMoment,
} from "../chaos/objectives/moments.ts";
import type { EventMarks, Hurt } from "../chaos/scenario.ts";
import type { TimelineEvent } from "../chaos/environment/environment.ts";

/**
 * When the balancer that serves first tells something of a backend.
 *
 * @param backend default: the one that is hurt
 * @param after default: the fault
 */
export function firstToldOf(
  type: EventType,
  backend?: string,
  after: TrialMoment = theFaultAtTheEarliest,
): TrialMoment {
  const title = `${type} of ${backend ?? "the hurt backend"}`;
  return firstEventAfter(after, {
    title,
    matches: (event, { hurt }) => isOf(event, type, hurt, backend ?? hurt.target),
  });
}

/** Which event is the mark of a backend that live traffic ejects; no address moves. */
export function backendIsEjected(hurt: Hurt): EventMarks {
  const ejected = {
    title: `backend.ejected for ${hurt.target}`,
    matches: (event: TimelineEvent) => isOf(event, "backend.ejected", hurt, hurt.target),
  };
  return {
    detected: ejected,
    // A backend that is ejected is out of the pool in the same turn.
    elected: ejected,
    moved: { absent: "no address moves when a backend is ejected" },
  };
}

function isOf(event: TimelineEvent, type: EventType, { owner }: Hurt, backend: string): boolean {
  return event.type === type && event.node === owner && event.data["backend"] === backend;
}
