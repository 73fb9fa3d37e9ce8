import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { thisMachine } from "../../../chaos/setup/machine.ts";
import { bringTerraform, TERRAFORM_VERSION } from "../../../chaos/setup/terraform.ts";

const ARCHIVE = `terraform_${TERRAFORM_VERSION}_linux_amd64.zip`;
const CHECKSUMS = `terraform_${TERRAFORM_VERSION}_SHA256SUMS`;

/** An archive as releases are: a licence, and a `terraform`, here a script, that may be executed. */
const ZIP = Buffer.from(
  "UEsDBBQAAAAIAAAAIVwlP7FwDAAAAAoAAAALAAAATElDRU5TRS50eHRLVMjJTE7NS07lAgBQSwMEFAAAAAgAAAAhXFjMhM0jAAAAIQAAAAkAAAB0ZXJyYWZvcm1TVtRPyszTL87gSk3OyFcISS0qSkzLL8pVKDPUMzTUM+ECAFBLAQIUAxQAAAAIAAAAIVwlP7FwDAAAAAoAAAALAAAAAAAAAAAAAACkgQAAAABMSUNFTlNFLnR4dFBLAQIUAxQAAAAIAAAAIVxYzITNIwAAACEAAAAJAAAAAAAAAAAAAADtgTUAAAB0ZXJyYWZvcm1QSwUGAAAAAAIAAgBwAAAAfwAAAAAA",
  "base64",
);
const SUMS = `${createHash("sha256").update(ZIP).digest("hex")}  ${ARCHIVE}\n`;

const QUIET = { doing: () => undefined, done: () => undefined, failed: () => undefined };

/** A server with the files of a release, and a folder to bring them to. */
async function release(files: Readonly<Record<string, string | Buffer>>) {
  const folder = await mkdtemp(join(tmpdir(), "evenkeel-terraform-"));
  const server = createServer((request, response) => {
    const body = files[request.url?.slice(1) ?? ""];
    response.statusCode = body === undefined ? 404 : 200;
    response.end(body ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const tools = join(folder, "tools");
  return {
    tools,
    bring: async (architecture = "x64") =>
      bringTerraform(
        { machine: thisMachine(), steps: QUIET },
        { architecture, destination: join(tools, "bin"), baseUrl: `http://127.0.0.1:${port}` },
      ),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}

test("the program of an archive whose checksum the release names is brought, and nothing else", async () => {
  await using served = await release({ [ARCHIVE]: ZIP, [CHECKSUMS]: SUMS });
  expect(await served.bring()).toBeNull();
  expect(await readdir(served.tools, { recursive: true })).toEqual(["bin", "bin/terraform"]);
  const { output } = await thisMachine().run([join(served.tools, "bin", "terraform")]);
  expect(output).toBe("Terraform v1.11.4\n");
});

test("an archive with another checksum is refused, and nothing is left", async () => {
  const changed = Buffer.concat([ZIP, Buffer.from("x")]);
  await using served = await release({ [ARCHIVE]: changed, [CHECKSUMS]: SUMS });
  expect(await served.bring()).toContain(`${ARCHIVE} has SHA-256`);
  await expect(stat(served.tools)).rejects.toThrow("ENOENT");
});

test("releases that cannot be reached are told, and so is a processor without one", async () => {
  const gone = await release({});
  await gone[Symbol.asyncDispose]();
  expect(await gone.bring()).toMatch(/^the release cannot be reached: .*ECONNREFUSED/);
  expect(await gone.bring("riscv64")).toBe("there is no release for riscv64");
});
