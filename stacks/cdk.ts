import { tmpdir } from "node:os";
import { App } from "cdktf";

/** The only file that imports cdktf and the provider, so that a successor of them needs one change. */
export {
  Annotations,
  App,
  Lazy,
  LocalBackend,
  TerraformOutput,
  TerraformStack,
  Testing,
  Token,
} from "cdktf";
export type { IStackSynthesizer } from "cdktf";
export { Container as DockerContainer } from "@cdktf/provider-docker/lib/container/index.js";
export type { ContainerConfig as DockerContainerConfig } from "@cdktf/provider-docker/lib/container/index.js";
export { DataDockerImage } from "@cdktf/provider-docker/lib/data-docker-image/index.js";
export { Image as DockerImage } from "@cdktf/provider-docker/lib/image/index.js";
export { Network as DockerNetwork } from "@cdktf/provider-docker/lib/network/index.js";
export { DockerProvider } from "@cdktf/provider-docker/lib/provider/index.js";

/**
 * An app that carries declarations and is never synthesized. cdktf makes an app's output folder
 * as soon as there is an app; this one's exists already, so that declaring leaves nothing behind.
 */
export function declaringApp(): App {
  return new App({ outdir: tmpdir() });
}

/**
 * A text that Terraform takes as it is: what it would put values into is escaped.
 *
 * @see Terraform, "Strings and Templates", escape sequences
 */
export function literally(text: string): string {
  return text.replaceAll(/[$%]\{/g, (begin) => `${begin[0]}${begin}`);
}
