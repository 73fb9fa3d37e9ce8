import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { dirname, join } from "node:path";
import { finished } from "node:stream/promises";
import { nodeOf, type Topology } from "../../stacks/topology.ts";
import type { Deployment, TimelineEvent } from "./environment.ts";
import { EventStream } from "./event-stream.ts";
import { readNodeOutput } from "./node-output.ts";

/** A node is given the sum of its processes' deadlines, and this for its own start unless told otherwise. */
const NODE_START_MS = 5_000;
/** The first election takes three adverts and the skew; many times that on a busy machine. */
const ELECTION_ADVERTS = 50;
const REMEMBERED_LINES = 40;

/**
 * What the nodes of a running topology tell: events on one clock, their last words for error messages,
 * and a log for each of their processes.
 */
export class NodeOutputs {
  readonly stream = new EventStream();
  readonly #topology: Topology;
  readonly #logDirectory: string | null;
  readonly #startMs: number;
  readonly #last = new Map<string, string[]>();
  readonly #logs = new Map<string, WriteStream>();

  /**
   * @param logDirectory where each node's logs go, in a folder of its name; null writes none
   * @param startMs what a node may take for its own start, beside what its processes may
   */
  constructor(topology: Topology, logDirectory: string | null, startMs = NODE_START_MS) {
    this.#topology = topology;
    this.#logDirectory = logDirectory;
    this.#startMs = startMs;
  }

  /** Takes one line that a node wrote. */
  take(nodeId: string, line: string): void {
    const output = readNodeOutput(line);
    if (output.kind === "event") return this.tell(nodeId, output.event);
    const text =
      output.kind === "log" ? `${output.log.process}: ${output.log.line}` : `agent: ${output.text}`;
    this.remember(nodeId, text);
    const process_ = output.kind === "log" ? output.log.process : "agent";
    this.#logOf(nodeId, process_)?.write(
      output.kind === "log"
        ? `${output.log.monotonicNs} ${output.log.stream} ${output.log.line}\n`
        : `${output.text}\n`,
    );
  }

  /** Takes an event that a node told. */
  tell(nodeId: string, event: TimelineEvent): void {
    this.remember(nodeId, `${event.type} ${JSON.stringify(event.data)}`);
    this.stream.push(event);
  }

  /** Keeps a line among a node's last words. */
  remember(nodeId: string, text: string): void {
    const lines = this.#last.get(nodeId) ?? [];
    lines.push(text);
    if (lines.length > REMEMBERED_LINES) lines.shift();
    this.#last.set(nodeId, lines);
  }

  /** The last lines a node wrote, newest last. */
  last(nodeId: string): readonly string[] {
    return this.#last.get(nodeId) ?? [];
  }

  /** Waits for an event as `Deployment.waitForEvent` says. */
  waitFor(
    matches: (event: TimelineEvent) => boolean,
    options: Parameters<Deployment["waitForEvent"]>[1],
    otherwise: () => readonly string[] = () => [],
  ): Promise<TimelineEvent> {
    const { node } = options;
    return this.stream.waitFor(matches, {
      ...options,
      lastOutput: () => (node === undefined ? otherwise() : this.last(node)),
    });
  }

  /** Resolves with the `node.ready` that a node tells after a time. @throws LabError */
  nodeReady(id: string, afterNs: bigint): Promise<TimelineEvent> {
    const node = nodeOf(this.#topology, id);
    const deadlines = [...node.processes.map((p) => p.readiness), ...node.reaches];
    return this.waitFor(
      (event) =>
        event.node === id && event.type === "node.ready" && BigInt(event.monotonicNs) > afterNs,
      {
        deadlineMs: this.#startMs + deadlines.reduce((sum, { deadlineMs }) => sum + deadlineMs, 0),
        waitingFor: `node ${id} ready`,
        node: id,
      },
    );
  }

  /**
   * Resolves when one owner of the floating address is master and every other one is backup.
   *
   * @param since what an owner told before this time says nothing of it: it has started again
   * @throws LabError
   */
  async elected(since: (nodeId: string) => bigint = () => 0n): Promise<void> {
    const { virtualAddress } = this.#topology;
    if (virtualAddress === undefined) return;
    const owners = virtualAddress.owners
      .map((owner) => nodeOf(this.#topology, owner.node))
      .filter((node) => node.processes.some((process_) => process_.name === "keepalived"));
    if (owners.length === 0) return;
    const settled = (): boolean => {
      const states = owners.map(({ id }) => this.#vrrpState(id, since(id)));
      return (
        states.filter((state) => state === "vrrp.master").length === 1 &&
        states.filter((state) => state === "vrrp.backup").length === states.length - 1
      );
    };
    await this.waitFor(settled, {
      deadlineMs: ELECTION_ADVERTS * virtualAddress.vrrp.advertIntervalMs + this.#startMs,
      waitingFor: `one master among ${owners.map((owner) => owner.id).join(", ")}, the others in backup,`,
      ...(owners[0] === undefined ? {} : { node: owners[0].id }),
    });
  }

  /** Ends every wait with this error, and closes the logs. */
  async close(reason: Error): Promise<void> {
    this.stream.fail(reason);
    await Promise.all(
      [...this.#logs.values()].map((log) => {
        log.end();
        return finished(log);
      }),
    );
  }

  #vrrpState(nodeId: string, sinceNs: bigint): string | undefined {
    return this.stream
      .all()
      .findLast(
        (event) =>
          event.node === nodeId &&
          event.type.startsWith("vrrp.") &&
          event.type !== "vrrp.advert" &&
          BigInt(event.monotonicNs) >= sinceNs,
      )?.type;
  }

  #logOf(nodeId: string, process_: string): WriteStream | undefined {
    if (this.#logDirectory === null) return undefined;
    const key = `${nodeId}/${process_}`;
    const existing = this.#logs.get(key);
    if (existing !== undefined) return existing;
    const path = join(this.#logDirectory, nodeId, `${process_}.log`);
    mkdirSync(dirname(path), { recursive: true });
    const log = createWriteStream(path, { flags: "a" });
    this.#logs.set(key, log);
    return log;
  }
}
