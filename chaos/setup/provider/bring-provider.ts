import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Machine } from "../machine.ts";
import { partialFolder } from "../partial-folder.ts";
import { lastLine } from "../program.ts";
import type { Bringing } from "../requirement.ts";
import { terraformCliConfig } from "./cli-config.ts";
import { providerFile } from "./check-provider.ts";
import {
  filesOfMirror,
  PROVIDER_MODULE,
  PROVIDER_SOURCE,
  PROVIDER_VERSION,
  providerPlace,
  type ProviderPlace,
} from "./provider-place.ts";

/** The name under which the module knows its main package. */
const PACKAGE = "github.com/terraform-providers/terraform-provider-docker";

/** Long enough for a slow line to begin, short enough not to hold up a machine that has none. */
const ANSWER_MS = 10_000;
const DOWNLOAD_WITHIN_MS = 300_000;
/** Two to three minutes on two cores that are free, and they may not be. */
const BUILD_WITHIN_MS = 1_800_000;

/** From where it is brought. */
export interface ProviderOrigin {
  readonly place?: ProviderPlace;
  /** Whether Terraform's registry answers. @default asks it */
  readonly registryAnswers?: (signal?: AbortSignal) => Promise<boolean>;
}

/**
 * Puts the provider into a mirror of this project: from its registry where that answers, else built
 * of the sources that `stacks/provider/` pins. The mirror appears when it is whole.
 *
 * @returns null, or why there is none
 */
export async function bringProvider(
  bringing: Bringing,
  { place = providerPlace(), registryAnswers = asksRegistry }: ProviderOrigin = {},
): Promise<string | null> {
  const { machine, steps, signal } = bringing;
  await using partial = await partialFolder(dirname(place.mirror));
  if (providerFile(place) !== null) return await settle(null, place, partial.path);

  const mirror = join(partial.path, "mirror");
  await mkdir(mirror);
  let problem = "its registry does not answer";
  if (await registryAnswers(signal)) {
    steps.doing(`downloading the Docker provider ${PROVIDER_VERSION} from its registry`);
    const failed = await download(machine, mirror, partial.path, signal);
    if (failed === null) return await settle(mirror, place, partial.path);
    problem = failed;
  }
  if (machine.find("go") === null) return `${problem}, and there is no Go to build it with`;
  steps.doing(
    `${problem}: go builds the Docker provider ${PROVIDER_VERSION} of its pinned sources, once, in some minutes`,
  );
  const failed = await build(machine, filesOfMirror(mirror).program, signal);
  return failed ?? (await settle(mirror, place, partial.path));
}

async function download(
  machine: Machine,
  mirror: string,
  scratch: string,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const configuration = {
    terraform: {
      required_providers: { docker: { source: PROVIDER_SOURCE, version: PROVIDER_VERSION } },
    },
  };
  await writeFile(join(scratch, "main.tf.json"), JSON.stringify(configuration));
  const argv = ["terraform", `-chdir=${scratch}`, "providers", "mirror", mirror];
  const { code, output } = await machine.run(argv, { timeoutMs: DOWNLOAD_WITHIN_MS, signal });
  return code === 0 ? null : `terraform providers mirror failed: ${lastLine(output)}`;
}

async function build(
  machine: Machine,
  program: string,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  await mkdir(dirname(program), { recursive: true });
  const { code, output } = await machine.run(
    [
      ...["go", "-C", PROVIDER_MODULE, "build", "-mod=readonly", "-trimpath", "-ldflags=-s -w"],
      ...["-o", program, PACKAGE],
    ],
    { env: { CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" }, timeoutMs: BUILD_WITHIN_MS, signal },
  );
  return code === 0 ? null : `go build failed: ${lastLine(output)}`;
}

/**
 * Moves what was made into its place, then points Terraform at it; each in one step.
 *
 * @param made null when the mirror is there already
 * @returns null, or why Terraform cannot find it
 */
async function settle(
  made: string | null,
  place: ProviderPlace,
  scratch: string,
): Promise<string | null> {
  try {
    if (made !== null) {
      await rename(made, place.mirror).catch((error: unknown) => {
        // A set-up that was faster has the same there.
        if (providerFile(place) === null) throw error;
      });
    }
    const cliConfig = join(scratch, "terraform.rc");
    await writeFile(cliConfig, terraformCliConfig(place.mirror));
    await rename(cliConfig, place.cliConfig);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function asksRegistry(signal?: AbortSignal): Promise<boolean> {
  const signals = [AbortSignal.timeout(ANSWER_MS), signal].filter((one) => one !== undefined);
  try {
    const answer = await fetch("https://registry.terraform.io/.well-known/terraform.json", {
      signal: AbortSignal.any(signals),
    });
    return answer.ok;
  } catch {
    return false;
  }
}
