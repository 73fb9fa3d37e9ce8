import { expect, test } from "vitest";
import { checkPacketFilter } from "../../../chaos/setup/packet-filter.ts";
import type { Finding } from "../../../chaos/setup/requirement.ts";
import { fakePrograms } from "./fake-programs.ts";

const READY: Finding = { state: "ready", version: "1.0.6", path: "/usr/sbin/nft" };
const UNSHARE = 'while [ "$1" != sh ]; do shift; done; exec /bin/"$@"';

test("a kernel that takes the rules leaves what was found as it is", async () => {
  await using fake = await fakePrograms({
    unshare: UNSHARE,
    nft: 'while read -r line; do case $line in *dup*) dup=1;; esac; done; test -n "$dup"',
  });
  expect(await checkPacketFilter(fake.machine, READY)).toBe(READY);
});

test("a kernel that refuses them is told with its reason and the drivers", async () => {
  await using fake = await fakePrograms({
    unshare: UNSHARE,
    nft: "echo '-:25:5-30: Error: Could not process rule: Operation not supported'; echo '    socket wildcard 0 accept'; echo '    ^^^^'; exit 1",
  });
  expect(await checkPacketFilter(fake.machine, READY)).toEqual({
    ...READY,
    state: "broken",
    problem:
      "inside a user namespace the kernel refused a ruleset: -:25:5-30: Error: Could not process rule: Operation not supported",
    next: expect.stringContaining("modprobe -a nf_tables nft_socket nft_dup_ipv4"),
  });
});

test("a program that is missing is told as it was found, and nothing is loaded", async () => {
  await using fake = await fakePrograms({ unshare: "exit 1" });
  const missing: Finding = {
    state: "missing",
    version: null,
    path: null,
    problem: "nft not found on PATH",
    next: "Install the package nftables.",
  };
  expect(await checkPacketFilter(fake.machine, missing)).toBe(missing);
});
