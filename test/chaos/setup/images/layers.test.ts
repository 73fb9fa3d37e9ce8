import { expect, test } from "vitest";
import { layersAsText, layersOf } from "../../../../chaos/setup/images/layers.ts";
import { fakePrograms } from "../fake-programs.ts";

/** As `docker history` of engine 20.10 and its classic builder has it, the newest first. */
const HISTORY = `0\t/bin/sh -c #(nop)  LABEL evenkeel.inputs=1a\t
11200000\t/bin/sh -c #(nop) COPY dir:0a in / \t
0\t/bin/sh -c #(nop)  CMD ["evenkeel-agent"]\t
800000\t/bin/sh -c #(nop) COPY dir:0b in / \t
126600000\t/bin/sh -c #(nop) COPY dir:0c in / \t
98600000\t\tDebian packages`;

/** The same with a base of the registry. */
const OFFICIAL = `126600000\t/bin/sh -c #(nop) COPY dir:0c in / \t
41000000\t|1 PACKAGES=tini /bin/sh -c apt-get update && apt-get install --yes --no-install-recommends tini\t
74800000\t# debian.sh --arch 'amd64' out/ 'bookworm' '@1747699200'\tdebuerreotype 0.15`;

test("layers are told from the base upwards, those without files are not", async () => {
  await using fake = await fakePrograms({ docker: `/bin/cat <<'EOT'\n${HISTORY}\nEOT` });
  expect(layersAsText("evenkeel/toxiproxy:dev", await layersOf(fake.machine, "any"))).toEqual([
    "evenkeel/toxiproxy:dev: 237.2 MB",
    "   98.6 MB  Debian packages",
    "  126.6 MB  Node",
    "    0.8 MB  launchers and bundles",
    "   11.2 MB  Toxiproxy",
  ]);
});

test("a base of the registry is told by its instructions", async () => {
  await using fake = await fakePrograms({ docker: `/bin/cat <<'EOT'\n${OFFICIAL}\nEOT` });
  expect((await layersOf(fake.machine, "any")).map(({ from }) => from)).toEqual(
    [
      "# debian.sh --arch 'amd64' out/ 'bookworm' '@1747699200'",
      "apt-get update && apt-get install --yes --no-install-recommen",
      "Node",
    ].map((from) => from.slice(0, 60)),
  );
});

test("an image that is not there has none", async () => {
  await using fake = await fakePrograms({ docker: "exit 1" });
  expect(await layersOf(fake.machine, "any")).toEqual([]);
});
