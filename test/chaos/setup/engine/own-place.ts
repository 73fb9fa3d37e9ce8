import { join } from "node:path";
import { enginePlace, type EnginePlace } from "../../../../chaos/setup/engine/engine-place.ts";

/** Of an engine that shares nothing with the machine's own. */
export function ownPlace(folder: string): EnginePlace {
  return { ...enginePlace(folder), exec: join(folder, "run"), socket: join(folder, "docker.sock") };
}
