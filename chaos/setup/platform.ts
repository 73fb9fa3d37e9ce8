import type { Machine } from "./machine.ts";
import type { Finding } from "./requirement.ts";
import { isAtLeast, parseVersion } from "./version.ts";

/** Whether the machine runs Linux. */
export function checkLinux({ platform }: Machine): Finding {
  if (platform === "linux") return { state: "ready", version: null, path: null };
  return {
    state: "missing",
    version: null,
    path: null,
    problem: `this machine runs ${platform}`,
    next: "Run it in a Linux virtual machine or container, or deploy to Docker.",
  };
}

/** Whether the Node that runs this runs TypeScript, too. */
export function checkNode({ nodeVersion }: Machine): Finding {
  const found = { version: nodeVersion, path: process.execPath };
  if (isAtLeast(parseVersion(nodeVersion) ?? [], [24])) return { state: "ready", ...found };
  return {
    state: "too-old",
    ...found,
    problem: `Node ${nodeVersion} does not run TypeScript; 24 or later does`,
    next: "Run it through npm (`npm run setup`, `npx evenkeel`): the project brings its own Node.",
  };
}
