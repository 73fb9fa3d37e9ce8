import { askEngine } from "../engine/ask-engine.ts";
import { checkDockerEngine } from "../engine/check-engine.ts";
import type { Bringing } from "../requirement.ts";
import { layOutPrograms, withContext } from "./build-context.ts";
import { surveyImages } from "./check-images.ts";
import { dockerBuild } from "./docker-build.ts";
import { INPUTS_LABEL } from "./inputs.ts";
import { imageParts, wantedImages } from "./parts.ts";
import { ensureRuntimeImage, RUNTIME_IMAGE } from "./runtime-image.ts";

/**
 * Makes the engine's images those of the present sources. What is so already is left alone.
 *
 * @param fresh makes all anew, the base too: with the packages of today
 * @returns null, or why they are not
 */
export async function buildImages(bringing: Bringing, fresh = false): Promise<string | null> {
  const { machine, steps, signal } = bringing;
  const engine = await checkDockerEngine(machine);
  if (engine.state !== "ready") return `${engine.problem}. ${engine.next}`;
  try {
    const parts = await imageParts(machine);
    const surveyed = await surveyImages(await wantedImages(parts), machine);
    const toBuild = surveyed.filter(({ state }) => fresh || state !== "ready");
    if (toBuild.length === 0) return null;

    const problem = await ensureRuntimeImage(bringing, parts.node, fresh);
    if (problem !== null) return problem;
    const failed = await withContext(
      async (context) => layOutPrograms(context, parts),
      async (context) => {
        for (const { image } of toBuild) {
          if (signal?.aborted === true) return "interrupted";
          steps.doing(`building ${image.name}`);
          const why = await dockerBuild(bringing, {
            dockerfile: "Dockerfile",
            context,
            target: image.target,
            name: image.name,
            inputs: image.inputs,
            buildArgs: { RUNTIME: RUNTIME_IMAGE },
            // What it stands on was just made anew.
            fresh: false,
          });
          if (why !== null) return why;
        }
        return null;
      },
    );
    if (failed !== null) return failed;
    // What they replaced has no name any more, and would fill the disk; what containers use stays.
    await askEngine(machine, "image", "prune", "--force", "--filter", `label=${INPUTS_LABEL}`);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
