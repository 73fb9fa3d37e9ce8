import { dirname } from "node:path/posix";
import { PROVIDER_SOURCE } from "./provider-place.ts";

/**
 * A configuration of Terraform's command line that takes this one provider from a folder and every
 * other from its registry, so that a deployment asks nobody for it.
 *
 * @see https://developer.hashicorp.com/terraform/cli/config/config-file#provider-installation
 */
export function terraformCliConfig(mirror: string): string {
  const ofThisNamespace = `"${dirname(PROVIDER_SOURCE)}/*"`;
  return `disable_checkpoint = true
provider_installation {
  filesystem_mirror {
    path    = ${quoted(mirror)}
    include = [${ofThisNamespace}]
  }
  direct {
    exclude = [${ofThisNamespace}]
  }
}
`;
}

/** As HCL writes a string: like JSON, but `\${` and `%{` begin a template. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(/[$%]\{/g, (begin) => `${begin[0]}${begin}`);
}
