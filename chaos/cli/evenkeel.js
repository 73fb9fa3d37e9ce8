#!/usr/bin/env node
// Plain JavaScript, and only what every Node can read: it has to explain itself to an old one.
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const major = Number(process.versions.node.split(".")[0]);
if (major >= 24 && process.features.typescript) {
  const cache = join(fileURLToPath(import.meta.url), "../../../.evenkeel/compile-cache");
  const { enableCompileCache } = await import("node:module");
  enableCompileCache(cache);
  await import("./main.ts");
} else {
  process.stderr.write(
    `evenkeel needs Node 24 or later to run TypeScript as it is, and this is Node ${process.versions.node}.\n` +
      "The project brings its own: run `npm ci` in its folder once, then `npx evenkeel` there.\n",
  );
  process.exitCode = 64;
}
