import { expect, test } from "vitest";
import type { RunningNode } from "../../../chaos/environment/environment.ts";
import type { CommandRequest } from "../../../chaos/faults/command/protocol.ts";
import type { InjectedFault } from "../../../chaos/faults/fault.ts";
import { splitBrain } from "../../../chaos/faults/split-brain.ts";
import { activePassive } from "../../../stacks/topologies/active-passive.ts";
import { FakeProgram } from "../load/fake-program.ts";
import { eventOf, FakeDeployment, FakeJournal } from "./fake-deployment.ts";

const { topology } = activePassive();
const address = topology.virtualAddress?.address ?? null;

/** Balancers on which every command ends well at once. */
class Obedient extends FakeDeployment {
  override node(id: string): RunningNode {
    const program = new FakeProgram();
    program.onWrite = (line) => {
      const at = process.hrtime.bigint().toString();
      const { id: asked } = line as CommandRequest;
      program.say({ kind: "done", id: asked, fromNs: at, toNs: at, code: 0, output: "" });
    };
    const { spawn } = program.node;
    return {
      ...super.node(id),
      spawn: (argv, options) => {
        setImmediate(() => program.say({ kind: "ready" }));
        return spawn(argv, options);
      },
    };
  }

  hold(id: string): void {
    this.stream.push(eventOf(id, "address.added", { address }));
  }
}

async function injected(): Promise<{
  readonly deployment: Obedient;
  readonly fault: InjectedFault;
}> {
  const deployment = new Obedient(topology);
  deployment.hold("lb-a");
  const prepared = await splitBrain(["lb-a", "lb-b"]).prepare(deployment);
  return { deployment, fault: await prepared.inject({ journal: new FakeJournal() }) };
}

test("a split brain is active once two balancers hold the address", async () => {
  const { deployment, fault } = await injected();
  const looking = fault.verify();
  deployment.hold("lb-b");
  expect(await looking).toEqual({
    active: true,
    evidence: "the floating address is held by lb-a and lb-b",
  });
});

test("nobody waits for a second holder any longer once the run is stopped", async () => {
  const { fault } = await injected();
  const stop = new AbortController();
  const looking = fault.verify(stop.signal);
  stop.abort(new Error("Ctrl-C"));
  await expect(looking).rejects.toMatchObject({ cause: new Error("Ctrl-C") });
});
