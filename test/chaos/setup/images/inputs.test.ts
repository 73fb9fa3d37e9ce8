import { expect, test } from "vitest";
import { hashOf, inputsOf } from "../../../../chaos/setup/images/inputs.ts";
import { fakePrograms } from "../fake-programs.ts";

test("where one text ends and the next begins is part of the hash", () => {
  expect(hashOf(["ab", "c"])).not.toBe(hashOf(["a", "bc"]));
  expect(hashOf(["a", "b"])).not.toBe(hashOf(["b", "a"]));
  expect(hashOf(["a"])).not.toBe(hashOf(["a", ""]));
  expect(hashOf(["a", Buffer.from("b")])).toBe(hashOf(["a", "b"]));
});

test("an image tells what it was made of; one that is not there tells nothing", async () => {
  await using fake = await fakePrograms({
    docker: `for image; do :; done; [ "$image" = there ] && echo 0123 || exit 1`,
  });
  expect(await inputsOf(fake.machine, "there")).toBe("0123");
  expect(await inputsOf(fake.machine, "elsewhere")).toBeNull();
});
