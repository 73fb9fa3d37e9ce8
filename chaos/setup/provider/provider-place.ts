import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT, PROVIDER_DIRECTORY } from "../paths.ts";

/**
 * The release that topologies ask for. Where none can be downloaded, what is built bears its number;
 * the page in `stacks/provider/` names the commit that stands behind it.
 */
export const PROVIDER_VERSION = "4.5.0";

/** As Terraform names it. */
export const PROVIDER_SOURCE = "registry.terraform.io/kreuzwerker/docker";

/** Folder of the Go module that pins what is built. */
export const PROVIDER_MODULE = join(PROJECT_ROOT, "stacks", "provider");

/** Terraform's names of processors. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** Where the provider is kept for this project. */
export interface ProviderPlace {
  /** Terraform's configuration; TF_CLI_CONFIG_FILE is set to it. It is the same for every version. */
  readonly cliConfig: string;
  /** A mirror as Terraform reads it (`filesystem_mirror`), of this version of the module alone. */
  readonly mirror: string;
  /** The two forms in which a mirror may hold it: as built, and as downloaded. */
  readonly program: string;
  readonly archive: string;
}

/** The place of what the module pins now: another pin, another mirror. */
export function providerPlace(
  directory: string = PROVIDER_DIRECTORY,
  architecture: string = process.arch,
): ProviderPlace {
  const hash = createHash("sha256").update(PROVIDER_VERSION);
  for (const name of ["go.mod", "go.sum"]) hash.update(readFileSync(join(PROVIDER_MODULE, name)));
  const mirror = join(directory, `mirror-${hash.digest("hex").slice(0, 16)}`);
  return {
    cliConfig: join(directory, "terraform.rc"),
    mirror,
    ...filesOfMirror(mirror, architecture),
  };
}

/** Where a mirror has the provider. */
export function filesOfMirror(
  mirror: string,
  architecture: string = process.arch,
): Pick<ProviderPlace, "program" | "archive"> {
  const platform = `linux_${ARCHITECTURES[architecture] ?? architecture}`;
  const provider = join(mirror, PROVIDER_SOURCE);
  return {
    program: join(
      provider,
      PROVIDER_VERSION,
      platform,
      `terraform-provider-docker_v${PROVIDER_VERSION}`,
    ),
    archive: join(provider, `terraform-provider-docker_${PROVIDER_VERSION}_${platform}.zip`),
  };
}
