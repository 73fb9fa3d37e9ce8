import { expect, test } from "vitest";
import { familyOf, installCommand } from "../../../chaos/setup/distribution.ts";
import { thisMachine } from "../../../chaos/setup/machine.ts";
import { filesOf } from "./fake-programs.ts";

test.each([
  ["Debian", "ID=debian\n", "debian"],
  ["Ubuntu", 'NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n', "debian"],
  ["Mint", 'ID=linuxmint\nID_LIKE="ubuntu debian"\n', "debian"],
  ["Rocky", 'ID="rocky"\nID_LIKE="rhel centos fedora"\n', "fedora"],
  ["Arch", "ID=arch\n", "arch"],
  ["Alpine", "ID=alpine\n", "alpine"],
  ["something else", "ID=plan9\n", null],
])("%s is recognised", (_, text, family) => {
  const machine = { ...thisMachine(), read: filesOf({ "/etc/os-release": text }) };
  expect(familyOf(machine)).toBe(family);
});

test("a machine that does not tell its distribution has none", () => {
  expect(familyOf({ ...thisMachine(), read: () => null })).toBeNull();
});

test("only those who are not root are told to use sudo", () => {
  expect(installCommand("debian", ["tini", "socat"], 1000)).toBe(
    "sudo apt-get install --no-install-recommends tini socat",
  );
  expect(installCommand("alpine", ["tini"], 0)).toBe("apk add tini");
});
