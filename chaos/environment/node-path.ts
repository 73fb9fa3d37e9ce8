import { delimiter, join } from "node:path";
import { programSearchPath, projectRoot } from "../setup/paths.ts";

/**
 * PATH of every node of a lab: our launchers, Node 24 as the project brought it, then what setup
 * built and the machine has.
 */
export function nodePath(): string {
  return [
    join(projectRoot, "stacks", "images", "bin"),
    join(projectRoot, "node_modules", ".bin"),
    programSearchPath(),
  ].join(delimiter);
}
