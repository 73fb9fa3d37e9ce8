import { describe, expect, test } from "vitest";
import { survey, unmet, PURPOSES } from "../../../chaos/setup/requirement.ts";
import { REQUIREMENTS } from "../../../chaos/setup/requirements.ts";
import { fakePrograms, filesOf } from "./fake-programs.ts";

/** What real programs say when asked for their version, gathered from Debian 12. */
const REAL_VERSIONS: readonly (readonly [id: string, said: string, version: string])[] = [
  ["util-linux", "unshare from util-linux 2.38.1", "2.38.1"],
  ["iproute2", "ip utility, iproute2-6.1.0, libbpf 1.1.2", "6.1.0"],
  ["iproute2", "ip utility, iproute2-ss200127", "200127"],
  ["tini", "tini version 0.19.0", "0.19.0"],
  ["keepalived", "Keepalived v2.2.7 (01/16,2022)", "2.2.7"],
  ["nftables", "nftables v1.0.6 (Lester Gooch #5)", "1.0.6"],
  ["redis", "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64", "7.0.15"],
  ["socat", "socat by Gerhard Rieger\nsocat version 1.7.4.4 on 06 Nov 2022", "1.7.4.4"],
  ["toxiproxy", "toxiproxy-server version 2.12.0", "2.12.0"],
  ["chromium", "Chromium 156.0.8078.79 built on Debian GNU/Linux 12", "156.0.8078.79"],
  ["haproxy", "HAProxy version 2.6.12-1+deb12u4 2026/10/17", "2.6.12-1+deb12u4"],
  ["nginx", "nginx version: nginx/1.22.1", "1.22.1"],
  ["docker", "Docker version 28.2.2, build e6534b4", "28.2.2"],
  // What it says of its configuration stands before its version.
  ["terraform", "Warning: Unable to open CLI configuration file\n\nTerraform v1.11.4", "1.11.4"],
];

/** Every program that any requirement asks for, saying `text` whatever it is asked. */
function programsSaying(text: string): Record<string, string> {
  const names =
    "unshare nsenter setpriv ip bridge tini keepalived nft redis-server socat toxiproxy-server chromium haproxy nginx docker terraform";
  return Object.fromEntries(
    names.split(" ").map((name) => [name, `/bin/cat <<'EOT'\n${text}\nEOT`]),
  );
}

describe("what programs say is understood", () => {
  test.each(REAL_VERSIONS)("%s says %j", async (id, said, version) => {
    await using fake = await fakePrograms(programsSaying(said));
    const requirement = REQUIREMENTS.find((candidate) => candidate.id === id);
    expect(await requirement?.check(fake.machine)).toMatchObject({ state: "ready", version });
  });

  test("a Toxiproxy that was built without a version is accepted", async () => {
    await using fake = await fakePrograms(programsSaying("toxiproxy-server version git"));
    const requirement = REQUIREMENTS.find((candidate) => candidate.id === "toxiproxy");
    expect(await requirement?.check(fake.machine)).toMatchObject({ state: "ready", version: null });
  });

  test("BusyBox's unshare is not taken for util-linux's", async () => {
    await using fake = await fakePrograms({
      ...programsSaying(""),
      unshare: "echo 'unshare: unrecognized option: version' >&2; exit 1",
    });
    const requirement = REQUIREMENTS.find((candidate) => candidate.id === "util-linux");
    expect(await requirement?.check(fake.machine)).toMatchObject({ state: "broken" });
  });
});

describe("a machine that has nothing", () => {
  test("is told what is wrong and what to do, for every requirement", async () => {
    await using fake = await fakePrograms(
      {},
      { platform: "darwin", nodeVersion: "20.1.0", read: filesOf({}) },
    );
    const surveyed = await survey(REQUIREMENTS, fake.machine);
    expect(unmet(surveyed, PURPOSES)).toHaveLength(REQUIREMENTS.length);
    for (const { finding } of surveyed) {
      expect(finding).toMatchObject({
        problem: expect.stringMatching(/\S/),
        next: expect.stringMatching(/^\W?[A-Za-z`].*[.`]$/s),
      });
    }
  });
});

test("no two requirements have the same id, and each is needed for something", () => {
  expect(new Set(REQUIREMENTS.map(({ id }) => id)).size).toBe(REQUIREMENTS.length);
  for (const { neededFor } of REQUIREMENTS) expect(Object.keys(neededFor)).not.toEqual([]);
});

test("what only one purpose needs stands in the way of no other", async () => {
  await using fake = await fakePrograms({});
  const surveyed = await survey(
    REQUIREMENTS.filter(({ id }) => id === "haproxy"),
    fake.machine,
  );
  expect(unmet(surveyed, ["bench"])).toHaveLength(1);
  expect(unmet(surveyed, ["demo", "test", "docker"])).toHaveLength(0);
});
