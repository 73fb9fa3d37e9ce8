import { checkImages } from "../../chaos/setup/images/check-images.ts";
import { layersOf } from "../../chaos/setup/images/layers.ts";
import { thisMachine } from "../../chaos/setup/machine.ts";
import { IMAGE_NAMES } from "../../stacks/topology.ts";
import type { Figure } from "./figure.ts";

const MOST_MEGABYTES = 350;

/** What the images weigh; none where there is no engine, or it has older ones. */
export async function measureImages(): Promise<readonly Figure[]> {
  const machine = thisMachine();
  const found = await checkImages(machine);
  if (found.state !== "ready") {
    process.stderr.write(`  not taken: ${found.problem}. ${found.next}\n`);
    return [];
  }
  const images = await Promise.all(
    Object.values(IMAGE_NAMES).map(async (name) => ({
      name,
      layers: await layersOf(machine, name),
    })),
  );
  return [
    {
      title: "Docker images",
      rows: images.map(({ name, layers }) => {
        const megabytes = layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / 1e6;
        return {
          what: `\`${name}\``,
          wanted: `at most ${MOST_MEGABYTES} MB`,
          measured: `${megabytes.toFixed(1)} MB`,
          held: megabytes > 0 && megabytes <= MOST_MEGABYTES,
        };
      }),
      method:
        "All layers of an image, unpacked, as the engine has them. The images share all of them but Toxiproxy: an engine keeps them once.",
    },
  ];
}
