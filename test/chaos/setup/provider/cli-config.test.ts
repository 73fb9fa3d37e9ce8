import { expect, test } from "vitest";
import { terraformCliConfig } from "../../../../chaos/setup/provider/cli-config.ts";

test("the provider comes from the mirror alone, every other from its registry", () => {
  expect(terraformCliConfig("/a b/mirror")).toBe(`disable_checkpoint = true
provider_installation {
  filesystem_mirror {
    path    = "/a b/mirror"
    include = ["registry.terraform.io/kreuzwerker/*"]
  }
  direct {
    exclude = ["registry.terraform.io/kreuzwerker/*"]
  }
}
`);
});

test("a path that looks like a template of Terraform stays a path", () => {
  expect(terraformCliConfig('/${a}/%{b}/"c')).toContain('path    = "/$${a}/%%{b}/\\"c"');
});
