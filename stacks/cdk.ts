import { tmpdir } from "node:os";
import { App } from "cdktf";

/** The only file that imports cdktf, so that a successor of it needs one change. */
export { App, TerraformStack } from "cdktf";
export type { IStackSynthesizer } from "cdktf";

/**
 * An app that carries declarations and is never synthesized. cdktf makes an app's output folder
 * as soon as there is an app; this one's exists already, so that declaring leaves nothing behind.
 */
export function declaringApp(): App {
  return new App({ outdir: tmpdir() });
}
