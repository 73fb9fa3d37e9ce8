import type { Machine } from "../machine.ts";
import { unmountBelow } from "../mounts.ts";
import { endLeftovers, endProcess, enginePid } from "./engine-process.ts";
import type { EnginePlace } from "./engine-place.ts";

/** Time for its containers to end and for itself: dockerd gives them 15 s. */
export const ENGINE_STOP_MS = 60_000;

/**
 * Ends this project's engine by its process id, its containers with it, and unmounts what it left.
 * Its images and stopped containers stay.
 *
 * @returns whether one ran
 */
export async function stopEngine(place: EnginePlace, machine: Machine): Promise<boolean> {
  const pid = enginePid(place);
  if (pid !== null) await endProcess(pid, ENGINE_STOP_MS);
  await endLeftovers(place);
  // Its own network namespace stays mounted otherwise.
  await unmountBelow(place.exec, machine);
  await unmountBelow(place.data, machine);
  return pid !== null;
}
