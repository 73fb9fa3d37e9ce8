import { expect, test } from "vitest";
import type { Deployment } from "../../../chaos/environment/environment.ts";
import type { Fault } from "../../../chaos/faults/fault.ts";
import {
  blackHoleLink,
  closeLinkLate,
  delayLink,
  refuseLink,
  resetLink,
  sliceLink,
  throttleLink,
  truncateLink,
} from "../../../chaos/faults/link-faults.ts";
import { FakeJournal } from "./fake-deployment.ts";
import { faultContract } from "./fault-contract.ts";
import { LINK, LISTEN_PORT, MUCH, seenByClient, type Seen } from "./linked-topology.ts";

const PING = { send: "PING\r\n" };
/** What takes so long takes it because of a fault, on a machine that is not busy for that long. */
const LONG_MS = 1_500;

const BEFORE = `canary through ${LINK}: answered \\(\\d+ bytes in \\d+ pieces?\\) after [\\d.]+ ms before, `;

const CASES: readonly (readonly [
  Fault,
  (look: (send: string) => Promise<Seen>) => Promise<boolean>,
  string,
])[] = [
  [
    delayLink(LINK, PING, { delayMs: LONG_MS, jitterMs: 10 }),
    async (look) => ((await look(MUCH.send)).firstMs ?? 0) >= LONG_MS - 12,
    "answered \\(7 bytes in 1 piece\\) after \\d{4}",
  ],
  [
    throttleLink(LINK, MUCH, { kilobytesPerSecond: 2 }),
    async (look) => {
      const { bytes, tookMs } = await look(MUCH.send);
      return tookMs >= bytes / 2 - 5;
    },
    "answered \\(\\d+ bytes in 1 piece\\) after \\d+",
  ],
  [
    resetLink(LINK, PING),
    async (look) => (await look(MUCH.send)).outcome === "ECONNRESET",
    "reset after [\\d.]+ ms during",
  ],
  [
    blackHoleLink(LINK, PING),
    async (look) => (await look(MUCH.send)).outcome === "silent",
    "silent for \\d{3,4} ms during",
  ],
  [
    closeLinkLate(LINK, MUCH, { delayMs: LONG_MS }),
    async (look) => {
      const { outcome, firstMs, tookMs } = await look(MUCH.send);
      return outcome === "end" && tookMs - (firstMs ?? tookMs) >= LONG_MS / 2;
    },
    "answered \\(\\d+ bytes in \\d+ pieces?\\) after \\d{4}",
  ],
  [
    sliceLink(LINK, MUCH, { sizeBytes: 600, delayMs: 200 }),
    async (look) => {
      const { bytes, tookMs } = await look(MUCH.send);
      return tookMs >= (bytes / 600 - 1) * 200 - 5;
    },
    "answered \\(\\d+ bytes in \\d+ pieces?\\) after \\d{3,4}",
  ],
  [
    truncateLink(LINK, MUCH, { bytes: 300 }),
    async (look) => (await look(MUCH.send)).bytes === 300,
    "answered \\(300 bytes",
  ],
  [
    refuseLink(LINK, PING),
    async (look) => (await look(MUCH.send)).outcome === "ECONNREFUSED",
    "refused after [\\d.]+ ms during",
  ],
];

/** What every fault of a link must do on a deployment of `linkedTopology`. */
export function linkFaultContract(deploymentOf: () => Deployment, missing: string | null): void {
  for (const [fault, active, evidence] of CASES) {
    faultContract(deploymentOf, {
      fault,
      active: (deployment) =>
        active((send) => seenByClient(deployment, { node: "faults", port: LISTEN_PORT, send })),
      evidence: new RegExp(BEFORE + evidence),
      missing,
    });
  }

  test("two of a kind on one link add up, and each is healed by itself", async (context) => {
    // Without Toxiproxy no link carries a toxic.
    if (missing !== null) context.skip(`what makes the fault is missing: ${missing}`);
    const deployment = deploymentOf();
    const tookMs = async (): Promise<number> => {
      const to = { node: "faults", port: LISTEN_PORT, send: PING.send };
      return (await seenByClient(deployment, to)).firstMs ?? 0;
    };
    await using injected = new AsyncDisposableStack();
    const inject = async (delayMs: number) => {
      const prepared = injected.use(await delayLink(LINK, PING, { delayMs }).prepare(deployment));
      return injected.use(await prepared.inject({ journal: new FakeJournal() }));
    };
    const [less, more] = [await inject(700), await inject(1_200)];
    expect(await tookMs()).toBeGreaterThanOrEqual(1_900 - 5);
    await more.heal();
    const left = await tookMs();
    expect(left).toBeGreaterThanOrEqual(700 - 5);
    expect(left).toBeLessThan(1_200);
    await less.heal();
    expect(await tookMs()).toBeLessThan(700);
  });

  test("a canary that cannot show a fault is no evidence of it", async (context) => {
    // Without Toxiproxy no link carries a toxic.
    if (missing !== null) context.skip(`what makes the fault is missing: ${missing}`);
    const tooLittle = throttleLink(LINK, PING, { kilobytesPerSecond: 1_000 });
    await using prepared = await tooLittle.prepare(deploymentOf());
    await using injected = await prepared.inject({ journal: new FakeJournal() });
    expect((await injected.verify()).active).toBe(false);
  });
}
