import { join } from "node:path";
import { PROJECT_ROOT } from "../paths.ts";
import { lastLine } from "../program.ts";
import type { Bringing } from "../requirement.ts";
import { INPUTS_LABEL } from "./inputs.ts";

/** Folder of the Dockerfiles. */
export const DOCKERFILES = join(PROJECT_ROOT, "stacks", "images");

const BUILD_WITHIN_MS = 900_000;

/** What is built of what. */
export interface DockerBuild {
  /** Name of a file in `stacks/images/`. */
  readonly dockerfile: string;
  /** Folder whose files the Dockerfile copies. */
  readonly context: string;
  /** Of the Dockerfile; default: its last. */
  readonly target?: string;
  readonly name: string;
  /** Goes into the image's label. */
  readonly inputs: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Uses no layer of an earlier build. */
  readonly fresh: boolean;
}

/** @returns null, or why the image was not built */
export async function dockerBuild(
  { machine, signal }: Bringing,
  build: DockerBuild,
): Promise<string | null> {
  const { code, output } = await machine.run(
    [
      ...["docker", "build", "--file", join(DOCKERFILES, build.dockerfile)],
      ...(build.target === undefined ? [] : ["--target", build.target]),
      ...Object.entries(build.buildArgs).flatMap(([key, value]) => [
        "--build-arg",
        `${key}=${value}`,
      ]),
      ...["--label", `${INPUTS_LABEL}=${build.inputs}`, "--tag", build.name],
      ...(build.fresh ? ["--no-cache"] : []),
      build.context,
    ],
    // Every engine from 20.10 on has this builder, and it needs no plug-in of the client.
    { env: { DOCKER_BUILDKIT: "0" }, timeoutMs: BUILD_WITHIN_MS, signal },
  );
  return code === 0 ? null : `${build.name} was not built: ${lastLine(output)}`;
}
