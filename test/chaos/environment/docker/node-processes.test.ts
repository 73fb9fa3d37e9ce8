import { expect, test } from "vitest";
import { NodeProcesses } from "../../../../chaos/environment/docker/node-processes.ts";
import type { TimelineEvent } from "../../../../chaos/environment/environment.ts";
import { nodeOf } from "../../../../stacks/topology.ts";
import { smallTopology } from "../small-topology.ts";

/** The processes of `app-1`, which are `web` and `other`, after it has told some events. */
function processes(
  ...told: readonly (readonly [type: TimelineEvent["type"], name: string, pid?: number])[]
) {
  const subject = new NodeProcesses(nodeOf(smallTopology(), "app-1"));
  for (const [type, name, pid] of told) note(subject, "app-1", type, { name, pid });
  return subject;
}

function note(
  subject: NodeProcesses,
  node: string,
  type: TimelineEvent["type"],
  data: Record<string, unknown>,
): void {
  const process = "agent";
  subject.note({ schema: "evenkeel.event/1", process, monotonicNs: "1", node, type, data });
}

test("a process has the number that it was started or replaced with last", () => {
  const subject = processes(["process.started", "web", 7]);
  expect(subject.pidOf("web")).toBe(7);
  note(subject, "app-1", "process.replaced", { name: "web", pid: 9 });
  expect(subject.pidOf("web")).toBe(9);
});

test("what other nodes tell, and what names no process, is not heard", () => {
  const subject = processes(["process.started", "web", 7]);
  note(subject, "app-2", "process.started", { name: "web", pid: 8 });
  note(subject, "app-1", "process.started", { name: "web" });
  note(subject, "app-1", "node.ready", { pid: 9 });
  expect(subject.pidOf("web")).toBe(7);
});

test("a process that has ended cannot be found, and those that run are named", () => {
  const subject = processes(
    ["process.started", "web", 7],
    ["process.started", "other", 8],
    ["process.exited", "web", 7],
  );
  expect(() => subject.pidOf("web")).toThrow(
    /Node app-1 runs no process "web"\. Its processes are: other\./,
  );
  subject.clear();
  expect(() => subject.pidOf("other")).toThrow(/Its processes are: none\./);
});

test("a node is complete with all of its processes, and not with some", () => {
  expect(processes().complete).toBe(false);
  expect(processes(["process.started", "web", 7]).complete).toBe(false);
  const whole = processes(["process.started", "web", 7], ["process.started", "other", 8]);
  expect(whole.complete).toBe(true);
  note(whole, "app-1", "process.exited", { name: "other", pid: 8 });
  expect(whole.complete).toBe(false);
});
