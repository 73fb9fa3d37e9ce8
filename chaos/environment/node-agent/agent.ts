import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { EventSink } from "../../../balancer/index.ts";
import type { NodeProcess, TopologyNode } from "../../../stacks/topology.ts";
import { signalAll, treeOf } from "../process-tree.ts";
import { startChild, type Child, type Exit } from "./child.ts";
import { EVENT_PREFIX, LOG_SCHEMA, type LogLine } from "./log-line.ts";
import { keepAlive } from "./liveness.ts";
import { addLoopbackAddresses, loadPacketFilters, removeAddress } from "./network-state.ts";
import { interfaceOf, writeNodeFiles } from "./node-files.ts";
import {
  addressObserver,
  advertObserver,
  measureWallClock,
  neighbourObserver,
  type Observer,
} from "./observers.ts";
import { successorIn } from "./successor-line.ts";
import { OutputMatch, readinessAttempt } from "./process-attempts.ts";
import { awaitReadiness, Hint, httpAttempt, tcpAttempt } from "./readiness.ts";

/** How long the kernel may take to bring a link up. */
const LINK_UP_MS = 3_000;
/** How often the offset of the wall clock is measured again: it drifts under NTP. */
const CLOCK_REFRESH_MS = 10_000;

const OBSERVERS: Readonly<Record<TopologyNode["observe"][number], () => Observer>> = {
  addresses: () => addressObserver,
  neighbours: () => neighbourObserver,
  adverts: advertObserver,
};

/**
 * The first program of a node: writes the node's files, starts its processes in order of readiness,
 * watches its network, and restarts nothing but what its manifest wants to be kept alive.
 */
export class NodeAgent {
  readonly #node: TopologyNode;
  readonly #emit: EventSink;
  readonly #write: (line: string) => void;
  readonly #readyFile: string | undefined;
  readonly #children = new Map<string, Child>();
  readonly #observers: Child[] = [];
  readonly #stopping = new AbortController();
  #interface = "lo";

  /**
   * @param emit tells this agent's own events
   * @param write writes one line, with its line feed, to where all output of the node goes
   * @param readyFile there while all of the node runs, for an engine's health check; undefined: none
   */
  constructor(
    node: TopologyNode,
    emit: EventSink,
    write: (line: string) => void,
    readyFile?: string,
  ) {
    this.#node = node;
    this.#emit = emit;
    this.#write = write;
    this.#readyFile = readyFile;
  }

  /**
   * Brings the node up; resolves when all of it is ready.
   *
   * @throws Error that says which part did not get ready and what was seen instead
   */
  async start(): Promise<void> {
    const node = this.#node;
    await this.#findInterface();
    for (const extra of node.extraAddresses) {
      execFileSync("ip", ["address", "replace", extra, "dev", this.#interface]);
    }
    // Before anybody watches addresses: these are no sign of who holds a floating one.
    addLoopbackAddresses(node.loopbackAddresses ?? []);
    writeNodeFiles(node.files, this.#interface);
    loadPacketFilters(node.packetFilters ?? []);
    await this.#observe();
    await this.#startProcesses();
    for (const target of node.reaches) {
      const attempt =
        target.path === undefined
          ? tcpAttempt(target.address, target.port)
          : httpAttempt({ host: target.address, port: target.port }, target.path, 200);
      await awaitReadiness(attempt, {
        deadlineMs: target.deadlineMs,
        waitingFor: `an answer of ${target.address}:${target.port}${target.path ?? ""}`,
        signal: this.#stopping.signal,
      });
    }
    this.#tellEngine();
    this.#emit("node.ready", { interface: this.#interface });
  }

  /** Says that all of the node runs, if it does. */
  #tellEngine(): void {
    const allRun = this.#children.size === this.#node.processes.length;
    if (this.#readyFile === undefined || !allRun) return;
    mkdirSync(dirname(this.#readyFile), { recursive: true });
    writeFileSync(this.#readyFile, "");
  }

  /**
   * Ends the node: its processes one after another in the stop order, those not named there first.
   */
  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort(new Error("the node is stopping"));
    const { stopOrder } = this.#node;
    const others = [...this.#children.keys()].filter((name) => !stopOrder.includes(name));
    for (const name of [...others.toReversed(), ...stopOrder]) {
      const child = this.#children.get(name);
      child?.kill("SIGTERM");
      await child?.exited;
    }
    for (const observer of this.#observers) observer.kill("SIGTERM");
    await Promise.all(this.#observers.map((observer) => observer.exited));
  }

  /** A link that was just made counts as up only some moments later. */
  #findInterface(): Promise<void> {
    const { address } = this.#node;
    const attempt = (): string | null => {
      try {
        this.#interface = interfaceOf(address);
        return null;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    };
    return awaitReadiness(() => Promise.resolve(attempt()), {
      deadlineMs: LINK_UP_MS,
      waitingFor: `an interface with ${address}`,
      signal: this.#stopping.signal,
    });
  }

  async #observe(): Promise<void> {
    if (this.#node.observe.length === 0) return;
    let clock = this.#node.observe.includes("adverts") ? measureWallClock(2) : { offsetNs: 0n };
    if (this.#node.observe.includes("adverts")) {
      setInterval(() => (clock = measureWallClock(2)), CLOCK_REFRESH_MS).unref();
    }
    // Stamps of foreign programs are in local time, which jumps where summer ends.
    const env = { ...process.env, TZ: "UTC" };
    const starting = this.#node.observe.map((name) => {
      const observer = OBSERVERS[name]();
      return startChild(observer.name, observer.argv, env, (stream, line) => {
        if (stream === observer.stream) observer.parse(line, this.#emit, clock);
        else this.#log(observer.name, stream, line);
      });
    });
    this.#observers.push(...(await Promise.all(starting)));
  }

  /** Starts each process as soon as those that it waits for are ready. */
  async #startProcesses(): Promise<void> {
    const ready = new Map<string, Promise<void>>();
    for (const spec of this.#node.processes) {
      const before = spec.waitsFor ?? [...ready.keys()];
      const waiting = Promise.all(before.map((name) => ready.get(name) ?? Promise.resolve()));
      ready.set(
        spec.name,
        waiting.then(() => this.#startProcess(spec)),
      );
    }
    await Promise.all(ready.values());
  }

  /** Starts a process; resolves when it is ready. From then on it is kept alive, if it is to be. */
  async #startProcess(spec: NodeProcess): Promise<void> {
    const { child, ready } = await this.#begin(spec);
    await ready;
    this.#emit("process.ready", { name: spec.name });
    const { liveness } = spec;
    if (liveness === undefined) return;
    const [signal, emit] = [this.#stopping.signal, this.#emit];
    void keepAlive(child, { liveness, signal, emit, start: () => this.#startAgain(spec) });
  }

  /** Starts a process that has run before; one that does not get ready is ended. */
  async #startAgain(spec: NodeProcess): Promise<Child> {
    const { child, ready } = await this.#begin(spec);
    try {
      await ready;
    } catch (error) {
      signalAll(treeOf(child.pid), "SIGKILL");
      await child.exited;
      throw error;
    }
    this.#emit("process.ready", { name: spec.name });
    this.#tellEngine();
    return child;
  }

  async #begin(spec: NodeProcess): Promise<{ child: Child; ready: Promise<void> }> {
    const env = { ...process.env, ...spec.env, EVENKEEL_NODE_ID: this.#node.id };
    const output = new OutputMatch(spec.readiness);
    const hint = new Hint();
    const child = await startChild(spec.name, spec.argv, env, (stream, line) => {
      output.see(line);
      // What becomes ready says so as a rule, in its own words.
      hint.give();
      if (stream === "stdout" && line.startsWith(EVENT_PREFIX)) {
        this.#write(`${line}\n`);
        this.#adopt(spec.name, successorIn(line));
      } else this.#log(spec.name, stream, line);
    });
    this.#children.set(spec.name, child);
    // A stop that came meanwhile has not seen it.
    if (this.#stopping.signal.aborted) child.kill("SIGTERM");
    this.#emit("process.started", { name: spec.name, pid: child.pid });
    void child.exited.then((exit) => this.#onExit(spec, exit));
    return { child, ready: this.#awaitReady(spec, child, output, hint) };
  }

  async #awaitReady(
    spec: NodeProcess,
    child: Child,
    output: OutputMatch,
    hint: Hint,
  ): Promise<void> {
    const ended = new AbortController();
    void child.exited.then((exit) =>
      ended.abort(
        new Error(
          `${spec.name} ended with ${exit.signal ?? `code ${exit.code}`} before it was ready`,
        ),
      ),
    );
    await awaitReadiness(readinessAttempt(spec.readiness, output), {
      deadlineMs: spec.readiness.deadlineMs,
      waitingFor: `${spec.name} ready`,
      signal: AbortSignal.any([this.#stopping.signal, ended.signal]),
      hint,
    });
  }

  /** The place of a process was taken by one that it started: nothing has ended. */
  #adopt(name: string, pid: number | undefined): void {
    if (pid === undefined) return;
    this.#children.get(name)?.adopt(pid);
    this.#emit("process.replaced", { name, pid });
  }

  #onExit(spec: NodeProcess, exit: Exit): void {
    this.#children.delete(spec.name);
    if (this.#readyFile !== undefined) rmSync(this.#readyFile, { force: true });
    this.#emit("process.exited", { name: spec.name, code: exit.code, signal: exit.signal });
    switch (spec.onExit.kind) {
      case "report":
        return;
      case "write-file":
        writeFileSync(spec.onExit.path, spec.onExit.content);
        return;
      case "remove-address":
        // The address of a dead keepalived would answer beside the new owner's.
        removeAddress(`${spec.onExit.address}/${this.#node.prefixLength}`, this.#interface);
    }
  }

  #log(process_: string, stream: "stdout" | "stderr", line: string): void {
    const log: LogLine = {
      schema: LOG_SCHEMA,
      node: this.#node.id,
      process: process_,
      stream,
      monotonicNs: process.hrtime.bigint().toString(),
      line,
    };
    this.#write(`${JSON.stringify(log)}\n`);
  }
}
