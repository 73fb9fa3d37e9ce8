import type { CheckResult } from "../../balancer/index.ts";
import type { Condition, Model } from "./model.ts";
import { NO_REQUEST, STATE, type RequestTable } from "./request-table.ts";

/** How a backend answers a request that reaches it. */
export type Reception =
  /** A worker begins at once. */
  | "begun"
  | "queued"
  /** Neither worker nor room to wait: an error at once. */
  | "overloaded"
  /** Nobody listens. */
  | "refused"
  /** Answered well after a time that has nothing to do with the work. */
  | "fixed-time"
  /** Answered with an error after a time. */
  | "failing";

/** What a check of a backend comes to, and after how many milliseconds. */
export interface CheckAnswer {
  readonly result: CheckResult;
  readonly afterMs: number;
}

type Behaviour = Extract<Reception, "refused" | "fixed-time" | "failing"> | "normal";

const PASS: CheckAnswer = { result: "pass", afterMs: 0 };

/** Speed that moves in a straight line between two moments. */
interface Ramp {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly from: number;
  readonly to: number;
}

interface BackendState {
  readonly workers: number;
  readonly room: number;
  readonly baseSpeed: number;
  busy: number;
  waiting: number;
  first: number;
  last: number;
  behaviour: Behaviour;
  speed: Ramp;
  /** Of a fixed or failing answer. */
  answerMs: number;
  failingShare: number;
  seenByChecks: boolean;
}

/** The backends themselves: workers, queues in order of arrival, speed, and what befell them. */
export class Fleet {
  readonly #backends: BackendState[];
  readonly #requests: RequestTable;

  constructor(groups: Model["backends"], requests: RequestTable) {
    this.#requests = requests;
    this.#backends = groups.flatMap(({ count, workers, queue, speed }) =>
      Array.from({ length: count }, () => ({
        workers: workers === "unlimited" ? Number.POSITIVE_INFINITY : workers,
        room: queue === "unlimited" ? Number.POSITIVE_INFINITY : queue,
        baseSpeed: speed,
        busy: 0,
        waiting: 0,
        first: NO_REQUEST,
        last: NO_REQUEST,
        behaviour: "normal" as const,
        speed: { fromMs: 0, untilMs: 0, from: speed, to: speed },
        answerMs: 0,
        failingShare: 0,
        seenByChecks: false,
      })),
    );
  }

  get size(): number {
    return this.#backends.length;
  }

  /** A request reaches its backend. */
  receive(slot: number): Reception {
    const backend = this.#of(slot);
    const state = this.#requests.state;
    if (backend.behaviour === "refused") return "refused";
    if (
      backend.behaviour === "fixed-time" ||
      (backend.behaviour === "failing" &&
        (this.#requests.luck[slot] as number) < backend.failingShare)
    ) {
      state[slot] = STATE.unattended;
      return backend.behaviour;
    }
    if (backend.busy < backend.workers) {
      backend.busy += 1;
      state[slot] = STATE.working;
      return "begun";
    }
    if (backend.waiting >= backend.room) return "overloaded";
    state[slot] = STATE.queued;
    backend.waiting += 1;
    if (backend.last === NO_REQUEST) backend.first = slot;
    else this.#requests.next[backend.last] = slot;
    backend.last = slot;
    return "queued";
  }

  /** Milliseconds a worker is on a request that begins now, at the speed its backend has now. */
  workMs(slot: number, now: number): number {
    return (this.#requests.workMs[slot] as number) / speedAt(this.#of(slot).speed, now);
  }

  /** Milliseconds until an answer that takes no worker. */
  answerMs(slot: number): number {
    return this.#of(slot).answerMs;
  }

  /** How a backend answers a check that begins now: at once, unless what befell it says otherwise. */
  checkOf(index: number, timeoutMs: number): CheckAnswer {
    const backend = this.#backends[index];
    if (backend === undefined || backend.behaviour === "normal") return PASS;
    if (backend.behaviour === "refused") return { result: "refused", afterMs: 0 };
    if (!backend.seenByChecks) return PASS;
    if (backend.answerMs > timeoutMs) return { result: "timeout", afterMs: timeoutMs };
    const result = backend.behaviour === "failing" ? "status" : "pass";
    return { result, afterMs: backend.answerMs };
  }

  /**
   * The worker of a request is free.
   *
   * @returns the request that it turns to, or `NO_REQUEST`
   */
  release(slot: number): number {
    const backend = this.#of(slot);
    const next = backend.first;
    if (next === NO_REQUEST) {
      backend.busy -= 1;
      return NO_REQUEST;
    }
    this.#drop(backend, next);
    backend.waiting -= 1;
    this.#requests.state[next] = STATE.working;
    return next;
  }

  /** Takes a waiting request out of its backend's queue. */
  withdraw(slot: number): void {
    const backend = this.#of(slot);
    const { next } = this.#requests;
    backend.waiting -= 1;
    if (backend.first === slot) {
      this.#drop(backend, slot);
      return;
    }
    let before = backend.first;
    while (next[before] !== slot) before = next[before] as number;
    next[before] = next[slot] as number;
    if (backend.last === slot) backend.last = before;
    next[slot] = NO_REQUEST;
  }

  /** What befalls one backend; being withdrawn or admitted is the balancers' affair. */
  change(index: number, condition: Condition, now: number): void {
    const backend = this.#backends[index];
    if (backend === undefined) return;
    switch (condition.kind) {
      case "normal":
      case "slower": {
        const factor = condition.kind === "slower" ? condition.factor : 1;
        const from = speedAt(backend.speed, now);
        const to = backend.baseSpeed / factor;
        backend.behaviour = "normal";
        backend.speed = { fromMs: now, untilMs: now + condition.over, from, to };
        return;
      }
      case "fixed-time":
        backend.behaviour = "fixed-time";
        backend.answerMs = condition.time;
        backend.seenByChecks = condition.seenByChecks;
        return;
      case "failing":
        backend.behaviour = "failing";
        backend.answerMs = condition.time;
        backend.failingShare = condition.share;
        backend.seenByChecks = condition.seenByChecks;
        return;
      case "gone":
        backend.behaviour = "refused";
        return;
      case "withdrawn":
      case "admitted":
        return;
    }
  }

  /** Forgets whoever a backend works on or keeps waiting: its process is gone. */
  empty(index: number): void {
    const backend = this.#backends[index];
    if (backend === undefined) return;
    backend.busy = 0;
    backend.waiting = 0;
    backend.first = NO_REQUEST;
    backend.last = NO_REQUEST;
  }

  #drop(backend: BackendState, slot: number): void {
    const next = this.#requests.next[slot] as number;
    backend.first = next;
    if (next === NO_REQUEST) backend.last = NO_REQUEST;
    this.#requests.next[slot] = NO_REQUEST;
  }

  #of(slot: number): BackendState {
    // The slot's backend was picked from this fleet.
    return this.#backends[this.#requests.backend[slot] as number] as BackendState;
  }
}

function speedAt({ fromMs, untilMs, from, to }: Ramp, now: number): number {
  return now >= untilMs ? to : from + ((to - from) * (now - fromMs)) / (untilMs - fromMs);
}
