import { mkdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { chosenLab } from "../../../chaos/lab/keeper-client.ts";
import { labPlace } from "../../../chaos/lab/lab-place.ts";

let labs: string;
let ends: (() => Promise<void>)[];
beforeEach(async () => {
  labs = await mkdtemp(join(tmpdir(), "evenkeel-labs-"));
  ends = [];
});
afterEach(async () => {
  await Promise.all(ends.map((end) => end()));
  await rm(labs, { recursive: true });
});

/** Somebody listens where the keeper of that topology would. */
async function up(id: string): Promise<void> {
  const { directory, socket } = labPlace(id, labs);
  mkdirSync(directory);
  const server = createServer((connection) => connection.destroy());
  await new Promise<void>((listening) => server.listen(socket, listening));
  ends.push(() => new Promise<void>((closed) => server.close(() => closed())));
}

describe("the lab that is meant", () => {
  test("is the one that is named", async () => {
    await up("single");
    await up("active-active");
    expect(await chosenLab("single", null, labs)).toBe("single");
  });

  test("is the only one that is up", async () => {
    await up("single");
    expect(await chosenLab(undefined, "--topology", labs)).toBe("single");
  });

  test("is none where none is up", async () => {
    await expect(chosenLab(undefined, null, labs)).rejects.toThrow(
      'No lab is up. Start one with "evenkeel up active-passive".',
    );
  });

  test.each([
    ["the argument", null, "Name one of those that are: active-active, single."],
    [
      "an option",
      "--topology",
      "Name one of those that are, by --topology: active-active, single.",
    ],
  ] as const)("has to be named by %s of the command", async (_, by, next) => {
    await up("single");
    await up("active-active");
    await expect(chosenLab(undefined, by, labs)).rejects.toThrow(`Several labs are up. ${next}`);
    await expect(chosenLab("nope", by, labs)).rejects.toThrow(`No lab of nope is up. ${next}`);
  });
});
