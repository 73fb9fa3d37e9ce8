import { existsSync } from "node:fs";
import { relative } from "node:path";
import type { Machine } from "../machine.ts";
import type { Finding } from "../requirement.ts";
import { PROJECT_ROOT } from "../paths.ts";
import { terraformCliConfig } from "./cli-config.ts";
import { PROVIDER_VERSION, providerPlace, type ProviderPlace } from "./provider-place.ts";

/** Whether Terraform finds the provider on this machine, without asking a registry. */
export async function checkProvider(
  machine: Machine,
  place: ProviderPlace = providerPlace(),
): Promise<Finding> {
  const path = providerFile(place);
  // Of another version, or of a checkout that was moved, it names another folder.
  if (path !== null && machine.read(place.cliConfig) === terraformCliConfig(place.mirror)) {
    return { state: "ready", version: PROVIDER_VERSION, path };
  }
  return {
    state: "missing",
    version: null,
    path: null,
    problem: `${relative(PROJECT_ROOT, place.mirror)} does not hold version ${PROVIDER_VERSION}`,
    next: "`npm run setup -- --for docker` downloads it from its registry, or builds it where Go is (https://go.dev/dl).",
  };
}

/** The provider in its mirror, as built or as downloaded; null when it is not there. */
export function providerFile(place: Pick<ProviderPlace, "program" | "archive">): string | null {
  return [place.program, place.archive].find((file) => existsSync(file)) ?? null;
}

/** The environment in which Terraform finds the provider. */
export function terraformEnvironment(
  place: ProviderPlace = providerPlace(),
): Readonly<Record<string, string>> {
  return { TF_CLI_CONFIG_FILE: place.cliConfig, CHECKPOINT_DISABLE: "1" };
}
