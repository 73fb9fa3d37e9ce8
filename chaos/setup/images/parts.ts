import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { IMAGE_NAMES } from "../../../stacks/topology.ts";
import { ensureBundles } from "../bundles.ts";
import { askEngine } from "../engine/ask-engine.ts";
import type { Machine } from "../machine.ts";
import { PROJECT_ROOT } from "../paths.ts";
import { lastLine } from "../program.ts";
import { DOCKERFILES } from "./docker-build.ts";
import { hashOf } from "./inputs.ts";
import { runtimeInputs } from "./runtime-image.ts";

/** Runs on the machine that has the lab, and in no container. */
const NOT_IN_IMAGES = ["lab-host.cjs"];

/** Node's names of the engine's processors. */
const ARCHITECTURES: Readonly<Record<string, string>> = { amd64: "x64", arm64: "arm64" };

/** Files that go into the images, by their paths on this machine. */
export interface ImageParts {
  readonly node: string;
  readonly launchers: readonly string[];
  readonly bundles: readonly string[];
  readonly toxiproxy: string;
}

/** One image as the sources want it. */
export interface WantedImage {
  readonly name: string;
  /** Of `stacks/images/Dockerfile`. */
  readonly target: keyof typeof IMAGE_NAMES;
  /** Hash of all that decides what is in it. */
  readonly inputs: string;
}

/** Parts that are not there, each with the next step. */
export class PartsMissing extends Error {
  readonly code = "image-parts-missing";
  readonly side = "internal";
  readonly retryable = false;

  constructor(missing: readonly string[]) {
    super(missing.join("\n"));
    this.name = "PartsMissing";
  }
}

/**
 * Finds what the images are made of, and bundles the programs.
 *
 * @throws PartsMissing, BundleError
 */
export async function imageParts(machine: Machine): Promise<ImageParts> {
  const architecture = await engineArchitecture(machine);
  const node = join(PROJECT_ROOT, "node_modules", `node-linux-${architecture}`, "bin", "node");
  const toxiproxy = machine.find("toxiproxy-server");
  const missing = [
    ...(existsSync(node)
      ? []
      : [
          `There is no Node for the engine's processor, ${architecture}. Run \`npm install --no-save --force node-linux-${architecture}@${process.versions.node}\`.`,
        ]),
    ...(toxiproxy === null
      ? ["There is no toxiproxy-server. `npm run setup -- --for docker` brings it."]
      : []),
  ];
  if (toxiproxy === null || missing.length > 0) throw new PartsMissing(missing);
  const [bundles, launchers] = await Promise.all([
    listOf(await ensureBundles(), (name) => name.endsWith(".cjs") && !NOT_IN_IMAGES.includes(name)),
    listOf(join(DOCKERFILES, "bin")),
  ]);
  return { node, toxiproxy, bundles, launchers };
}

/** The images that these parts make. */
export async function wantedImages(parts: ImageParts): Promise<readonly WantedImage[]> {
  const read = async (file: string) => [basename(file), await readFile(file)] as const;
  const programs = hashOf([
    await runtimeInputs(parts.node),
    await readFile(join(DOCKERFILES, "Dockerfile"), "utf8"),
    ...(await Promise.all([...parts.launchers, ...parts.bundles].map(read))).flat(),
  ]);
  const targets = Object.keys(IMAGE_NAMES) as (keyof typeof IMAGE_NAMES)[];
  return Promise.all(
    targets.map(async (target) => ({
      target,
      name: IMAGE_NAMES[target],
      inputs:
        target === "toxiproxy"
          ? hashOf([programs, target, ...(await read(parts.toxiproxy))])
          : hashOf([programs, target]),
    })),
  );
}

async function listOf(
  folder: string,
  wanted: (name: string) => boolean = () => true,
): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter(wanted).sort();
  return names.map((name) => join(folder, name));
}

/** As `process.arch` writes it. */
async function engineArchitecture(machine: Machine): Promise<string> {
  const { code, output } = await askEngine(machine, "version", "--format", "{{.Server.Arch}}");
  return (code === 0 ? ARCHITECTURES[lastLine(output)] : undefined) ?? process.arch;
}
