import { checkDockerEngine } from "../engine/check-engine.ts";
import type { Machine } from "../machine.ts";
import type { Finding } from "../requirement.ts";
import { inputsOf } from "./inputs.ts";
import { imageParts, wantedImages, type WantedImage } from "./parts.ts";

const NEXT = "Run `npm run images`.";

/** Whether an image of the engine is the one that the sources make. */
export interface SurveyedImage {
  readonly image: WantedImage;
  readonly state: "ready" | "missing" | "stale";
}

/** Compares the engine's images with what the sources would make. */
export async function surveyImages(
  wanted: readonly WantedImage[],
  machine: Machine,
): Promise<readonly SurveyedImage[]> {
  return Promise.all(
    wanted.map(async (image) => {
      const inputs = await inputsOf(machine, image.name);
      const state = inputs === null ? "missing" : inputs === image.inputs ? "ready" : "stale";
      return { image, state };
    }),
  );
}

/** Whether the engine has the images of these very sources; a stale one would run older programs. */
export async function checkImages(machine: Machine): Promise<Finding> {
  const found = { version: null, path: null };
  const engine = await checkDockerEngine(machine);
  if (engine.state !== "ready") {
    const next = "`npm run setup -- --for docker` starts an engine and builds them.";
    return { state: "missing", ...found, problem: "there is no engine that could have them", next };
  }
  try {
    const images = await surveyImages(await wantedImages(await imageParts(machine)), machine);
    const names = (state: SurveyedImage["state"]): string =>
      images
        .filter((one) => one.state === state)
        .map(({ image }) => image.name)
        .join(", ");
    if (images.every(({ state }) => state === "ready")) return { state: "ready", ...found };
    const problems = [
      ...(names("missing") === "" ? [] : [`the engine has no ${names("missing")}`]),
      ...(names("stale") === "" ? [] : [`not made of the present sources: ${names("stale")}`]),
    ];
    return { state: "missing", ...found, problem: problems.join("; "), next: NEXT };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { state: "broken", ...found, problem: "their parts cannot be made", next: problem };
  }
}
