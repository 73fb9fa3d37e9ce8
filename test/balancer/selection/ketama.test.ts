import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import { createPolicy } from "../../../balancer/selection/create-policy.ts";
import { CRC32_START, crc32Finished, crc32Text } from "../../../balancer/selection/crc32.ts";
import { Nginx, nginxVersion } from "./nginx.ts";
import { keysOf, placements, settle, type TestCandidate } from "./policy-contract.ts";

const WEIGHTS = [1, 1, 1, 2, 3, 1, 1, 5, 1];
const MEMBERS: readonly TestCandidate[] = WEIGHTS.map((weight, index) => ({
  id: `b${index}`,
  // Nobody need listen there: nginx says whom it chose.
  authority: `127.0.0.${11 + index}:${1 + (index % 2)}`,
  weight,
  inFlight: 0,
}));

test("the checksum is the one of zlib", () => {
  for (const text of ["", "a", "123456789", "\u00ff\u0000x"]) {
    expect(crc32Finished(crc32Text(CRC32_START, text))).toBe(crc32(Buffer.from(text, "latin1")));
  }
});

test("10,000 keys go to the same addresses as with nginx's hash … consistent", async ({ skip }) => {
  if (nginxVersion() === null) skip("nginx is missing: npm run setup -- --for test");
  await using nginx = await Nginx.start(
    `hash $arg_k consistent;
    ${MEMBERS.map(({ authority, weight }) => `server ${authority} weight=${weight} max_fails=0;`).join("\n")}`,
  );
  const keys = keysOf(10_000);
  const theirs = await nginx.upstreamsOf(keys.map((key) => `/?k=${key}`));
  const policy = createPolicy("ketama");
  settle(policy, MEMBERS);
  const addresses = new Map(MEMBERS.map(({ id, authority }) => [id, authority]));
  const ours = placements(policy, keys).map((id) => addresses.get(id));
  expect(theirs).toHaveLength(keys.length);
  expect(ours).toEqual(theirs);
  // All of them take part, so that the comparison says something of every address.
  expect(new Set(theirs).size).toBe(MEMBERS.length);
}, 120_000);

test("addresses without a port, and of IPv6, have their keys too", () => {
  const policy = createPolicy("ketama");
  const members = ["app.example", "[2001:db8::1]:80", "198.18.7.21:8000"].map(
    (authority, index) => ({
      id: `b${index}`,
      authority,
      weight: 1,
      inFlight: 0,
    }),
  );
  settle(policy, members);
  expect(new Set(placements(policy, keysOf(200))).size).toBe(3);
});
