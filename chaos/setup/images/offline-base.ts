import { glob, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { unmountBelow } from "../mounts.ts";
import { partialFolder } from "../partial-folder.ts";
import { IMAGES_DIRECTORY } from "../paths.ts";
import { lastLine } from "../program.ts";
import type { Bringing } from "../requirement.ts";
import { SOURCE_DATE_EPOCH } from "./source-date.ts";

/** Debian 12. */
export const DEBIAN_SUITE = "bookworm";

/** What no node reads, beside what differs from one making to the next. Patterns below the root. */
export const NOT_NEEDED: readonly string[] = [
  "debootstrap",
  "dev/*",
  "etc/hostname",
  "etc/resolv.conf",
  "etc/machine-id",
  "run/*",
  "tmp/*",
  "usr/lib/*/gconv",
  // Of the SNMP support of keepalived; libperl itself is linked.
  "usr/lib/*/perl",
  "usr/share/perl",
  "usr/share/doc",
  "usr/share/info",
  "usr/share/lintian",
  "usr/share/locale",
  "usr/share/man",
  "usr/share/zoneinfo",
  "var/cache/*",
  "var/lib/apt/lists/*",
  "var/log/*",
];

const DEBOOTSTRAP_WITHIN_MS = 900_000;
const TAR_WITHIN_MS = 300_000;

/** A Debian of its own in a folder; disposing removes it. */
export interface Bootstrapped extends AsyncDisposable {
  /** Null, or why it is not whole. */
  readonly problem: string | null;
  readonly folder: string;
}

/** Makes a small Debian of these packages and what they need, from the package archive alone. */
export async function debootstrap(
  { machine, signal }: Bringing,
  packages: readonly string[],
): Promise<Bootstrapped> {
  const partial = await partialFolder(IMAGES_DIRECTORY);
  const root = join(partial.path, "root");
  await mkdir(root);
  const { code, output } = await machine.run(
    ["debootstrap", "--variant=minbase", `--include=${packages.join(",")}`, DEBIAN_SUITE, root],
    // Passwords carry the day on which they were set.
    { env: { SOURCE_DATE_EPOCH }, timeoutMs: DEBOOTSTRAP_WITHIN_MS, signal },
  );
  return {
    folder: partial.path,
    problem: code === 0 ? null : `debootstrap failed: ${reason(output)}`,
    [Symbol.asyncDispose]: async () => {
      // debootstrap mounts /proc below it, and leaves it there when it is ended.
      await unmountBelow(root, machine);
      await partial[Symbol.asyncDispose]();
    },
  };
}

/** Packs a bootstrapped Debian, the same bytes from the same packages. */
export async function offlineBaseArchive(
  { machine, signal }: Bringing,
  folder: string,
): Promise<{ readonly problem: string | null; readonly file: string }> {
  const root = join(folder, "root");
  await unmountBelow(root, machine);
  for (const pattern of NOT_NEEDED) {
    for await (const found of glob(pattern, { cwd: root })) {
      await rm(join(root, found), { recursive: true, force: true });
    }
  }
  const file = join(folder, "base.tar");
  const { code, output } = await machine.run(
    [
      "tar",
      ...["--create", "--file", file, "--directory", root],
      ...["--sort=name", `--mtime=@${SOURCE_DATE_EPOCH}`, "--numeric-owner", "--format=gnu"],
      ".",
    ],
    { timeoutMs: TAR_WITHIN_MS, signal },
  );
  return { problem: code === 0 ? null : `tar failed: ${lastLine(output)}`, file };
}

/** debootstrap marks its reasons with `E:`. */
function reason(output: string): string {
  return /^E: (.*)$/m.exec(output)?.[1] ?? lastLine(output);
}
