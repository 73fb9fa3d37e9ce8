import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Bringing } from "../requirement.ts";
import { BASE_IMAGE, baseInputs, ensureBaseImage } from "./base-image.ts";
import { layOutNode, withContext } from "./build-context.ts";
import { dockerBuild, DOCKERFILES } from "./docker-build.ts";
import { hashOf, inputsOf } from "./inputs.ts";

/** The base with Node, on which the images stand. */
export const RUNTIME_IMAGE = "evenkeel/runtime:dev";

/**
 * Hash of all that decides what is in it.
 *
 * @param node path of the program
 */
export async function runtimeInputs(node: string): Promise<string> {
  const dockerfile = await readFile(join(DOCKERFILES, "runtime.Dockerfile"), "utf8");
  return hashOf([await baseInputs(), dockerfile, await readFile(node)]);
}

/**
 * Makes it unless it is there, and the base below it.
 *
 * @returns null, or why it was not made
 */
export async function ensureRuntimeImage(
  bringing: Bringing,
  node: string,
  fresh: boolean,
): Promise<string | null> {
  const inputs = await runtimeInputs(node);
  if (!fresh && (await inputsOf(bringing.machine, RUNTIME_IMAGE)) === inputs) return null;
  const problem = await ensureBaseImage(bringing, fresh);
  if (problem !== null) return problem;
  bringing.steps.doing(`building ${RUNTIME_IMAGE}`);
  return withContext(
    async (context) => layOutNode(context, node),
    async (context) =>
      dockerBuild(bringing, {
        dockerfile: "runtime.Dockerfile",
        context,
        name: RUNTIME_IMAGE,
        inputs,
        buildArgs: { BASE: BASE_IMAGE },
        fresh,
      }),
  );
}
