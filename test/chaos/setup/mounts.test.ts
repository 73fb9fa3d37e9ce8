import { expect, test } from "vitest";
import { mountsBelow, unmountBelow } from "../../../chaos/setup/mounts.ts";
import { fakePrograms, filesOf } from "./fake-programs.ts";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** As proc(5) shows it: a folder with a blank, one of a similar name, and one mount on another. */
const MOUNTINFO = `22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
90 22 0:40 / /state/engine rw - tmpfs tmpfs rw
91 90 0:41 / /state/engine/exec/net\\040ns rw - nsfs nsfs rw
92 22 0:42 / /state/engine-of-another rw - tmpfs tmpfs rw
`;

test("mounts at and below a folder are found, the deepest first, and their names are read", () => {
  expect(mountsBelow("/state/engine", MOUNTINFO)).toEqual([
    "/state/engine/exec/net ns",
    "/state/engine",
  ]);
});

test("a folder without mounts has none, and neither has one of a similar name", () => {
  expect(mountsBelow("/state/eng", MOUNTINFO)).toEqual([]);
  expect(mountsBelow("/state/engine", "")).toEqual([]);
});

test("each of them is unmounted, in that order", async () => {
  await using fake = await fakePrograms(
    { umount: 'echo "$@" >> "$0.log"' },
    { read: filesOf({ "/proc/self/mountinfo": MOUNTINFO }) },
  );
  await unmountBelow("/state/engine", fake.machine);
  expect(await readFile(join(fake.folder, "umount.log"), "utf8")).toBe(
    "--lazy /state/engine/exec/net ns\n--lazy /state/engine\n",
  );
});
