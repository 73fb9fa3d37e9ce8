import { expect, test, vi, type TestContext } from "vitest";
import type { Deployment } from "../../../chaos/environment/environment.ts";
import type { Fault } from "../../../chaos/faults/fault.ts";
import { FakeJournal } from "./fake-deployment.ts";

/** A fault that is injected at a time takes effect at most this much before it. */
const EARLY_AT_MOST_NS = 3_000_000n;

/** A fault as the contract needs it. */
export interface FaultUnderTest {
  readonly fault: Fault;
  /** Whether its effect can be seen on that target, looked at apart from the fault's own check. */
  readonly active: (deployment: Deployment, target: string) => Promise<boolean>;
  /** What its evidence must tell. */
  readonly evidence: RegExp;
  /** Why it cannot run on this machine; null when it can. */
  readonly missing?: string | null;
}

const PATIENCE = { timeout: 15_000, interval: 20 };
const now = (): bigint => process.hrtime.bigint();

/** What every fault must do on a topology that runs; heals what it injects. */
export function faultContract(
  deploymentOf: () => Deployment,
  { fault, active, evidence, missing = null }: FaultUnderTest,
): void {
  test(`${fault.title}: written down, then active and proven, then healed and gone`, async (context: TestContext) => {
    // Without the program that makes the fault, there is none to see.
    if (missing !== null) context.skip(`what makes the fault is missing: ${missing}`);
    const deployment = deploymentOf();
    fault.check(deployment.topology);
    await using prepared = await fault.prepare(deployment);
    expect(fault.targets(deployment.topology)).toContain(prepared.aim());
    const target = prepared.aim();
    expect(await active(deployment, target), "active before it was injected").toBe(false);

    let [intendedNs, doneNs] = [0n, 0n];
    const journal = new FakeJournal(
      async () => {
        // Whatever is slow about writing it down: the fault waits.
        expect(await active(deployment, target), "active before it was written down").toBe(false);
        intendedNs = now();
      },
      async () => {
        doneNs = now();
        await vi.waitUntil(async () => !(await active(deployment, target)), PATIENCE);
      },
    );
    const atNs = now() + 150_000_000n;
    const injected = await prepared.inject({ journal, atNs });
    const { monotonicNs, uncertaintyNs } = injected.moment;
    expect(journal.intents).toEqual([
      expect.objectContaining({ fault: fault.kind, target, undo: expect.any(String) }),
    ]);
    expect(injected.target).toBe(target);
    expect(intendedNs).toBeLessThan(monotonicNs - uncertaintyNs);
    // Looking before writing it down takes longer than that on a busy machine; never before, though.
    // What takes long may be begun early by as long as it is expected to take.
    expect(monotonicNs + EARLY_AT_MOST_NS).toBeGreaterThanOrEqual(atNs);
    expect(monotonicNs + uncertaintyNs).toBeLessThanOrEqual(now());

    const seen = await injected.verify();
    expect(seen.evidence).toMatch(evidence);
    expect(seen.active).toBe(true);
    await vi.waitUntil(() => active(deployment, target), PATIENCE);
    expect(journal.lines).toEqual(["intent"]);

    const begin = now();
    const [healed, again] = await Promise.all([injected.heal(), injected.heal()]);
    expect(again).toBe(healed);
    expect(healed.monotonicNs).toBeGreaterThan(begin);
    expect(healed.monotonicNs).toBeLessThanOrEqual(doneNs);
    expect(await active(deployment, target), "active after it was healed").toBe(false);
    await injected[Symbol.asyncDispose]();
    expect(journal.lines).toEqual(["intent", "done"]);
    expect(deployment.lost.reason).toBeUndefined();
  });
}
