import { mayRetry } from "../../balancer/index.ts";
import { deriveSeed, seededRandom } from "../statistics/random.ts";
import { arrivalSource, meanRatePerSecond } from "./arrivals.ts";
import { AllChecks } from "./all-checks.ts";
import { drawsOf, type Draws } from "./draws.ts";
import { EventQueue } from "./event-queue.ts";
import { Fleet } from "./fleet.ts";
import { NOBODY, type Ending } from "./front.ts";
import { Fronts } from "./fronts.ts";
import type { Model } from "./model.ts";
import { NO_REQUEST, RequestTable, STATE } from "./request-table.ts";
import type { RunResult } from "./run-result.ts";
import { Tally, type Outcome } from "./tally.ts";

/** What an event's lowest bits say; the rest is the request or the change that it is about. */
const EVENT = {
  answer: 0,
  error: 1,
  deadline: 2,
  hangUp: 3,
  change: 4,
  report: 5,
  check: 6,
  checked: 7,
  wake: 8,
  readmit: 9,
} as const;
const EVENT_BITS = 4;
const EVENT_MASK = (1 << EVENT_BITS) - 1;

/**
 * Runs one policy under a model, event by event:
 *
 *   ARRIVE ─► PICK ─► QUEUE ─► WORK ─► ANSWER ─► (idle) ─► over
 *
 * The policy is the balancer's own code. Every kind of chance has a stream of its own that derives
 * from the seed, so that all policies under one seed see the same arrivals, work and keys, whatever
 * they pick (common random numbers).
 *
 * @param seed a whole number; the same one gives the same result, to the last byte
 * @throws WrongUse when there is no such policy; it lists the known ones
 * @throws RangeError when the seed is not a safe integer
 */
export function simulate(model: Model, policy: string, seed: number): RunResult {
  return new Simulation(model, policy, seed).run();
}

class Simulation {
  readonly #model: Model;
  readonly #policy: string;
  readonly #seed: number;
  readonly #events = new EventQueue();
  readonly #requests = new RequestTable();
  readonly #fleet: Fleet;
  readonly #fronts: Fronts;
  readonly #tally: Tally;
  readonly #draws: Draws;
  readonly #checks: AllChecks;
  /** Requests that each backend has from all balancers. */
  readonly #inFlight: Int32Array;
  #now = 0;
  /** Requests whose client still waits. */
  #open = 0;

  constructor(model: Model, policy: string, seed: number) {
    this.#model = model;
    this.#policy = policy;
    this.#seed = seed;
    const stream = (...labels: readonly (string | number)[]) =>
      seededRandom(deriveSeed(seed, ...labels));
    this.#fleet = new Fleet(model.backends, this.#requests);
    this.#fronts = new Fronts(model, policy, (balancer) => ({
      random: { policy: stream("policy", balancer), outliers: stream("outliers", balancer) },
      readmitLater: (atMs) => this.#events.add(atMs, (balancer << EVENT_BITS) | EVENT.readmit),
    }));
    this.#inFlight = new Int32Array(this.#fleet.size);
    this.#tally = new Tally(model.warmUp, spanMsOf(model), this.#fleet.size, changedBy(model));
    this.#checks = new AllChecks(model, {
      fleet: this.#fleet,
      fronts: this.#fronts,
      stream,
      now: () => this.#now,
      schedule: (event, atMs, about) =>
        this.#events.add(atMs, (about << EVENT_BITS) | EVENT[event]),
    });
    this.#draws = drawsOf(model, stream);
  }

  run(): RunResult {
    const { arrivals, balancers, changes, duration, requests, warmUp } = this.#model;
    const arrival = arrivalSource(arrivals, seededRandom(deriveSeed(this.#seed, "arrivals")));
    const untilMs = duration === undefined ? Number.POSITIVE_INFINITY : warmUp + duration;
    let left = requests ?? Number.POSITIVE_INFINITY;
    changes.forEach(({ at }, index) => this.#schedule(at, EVENT.change, index));
    if (balancers.hearsEvery !== undefined) this.#schedule(balancers.hearsEvery, EVENT.report, 0);
    this.#checks.begin();
    let nextArrivalMs = arrival();
    for (;;) {
      const arriving = left > 0 && nextArrivalMs < untilMs;
      if (!arriving && this.#open === 0) break;
      if (arriving && nextArrivalMs < this.#events.nextAtMs) {
        this.#now = nextArrivalMs;
        const counted = nextArrivalMs >= warmUp;
        if (counted) left -= 1;
        this.#arrive(counted);
        nextArrivalMs = arrival();
      } else {
        this.#now = this.#events.nextAtMs;
        this.#happen(this.#events.take());
      }
    }
    return this.#tally.result(this.#policy, this.#seed, this.#now);
  }

  #arrive(counted: boolean): void {
    const requests = this.#requests;
    const draws = this.#draws;
    const slot = requests.take();
    // Everything is drawn before anything is decided, so that no decision shifts a stream.
    requests.workMs[slot] = draws.workMs();
    requests.idleMs[slot] = draws.idleMs();
    requests.luck[slot] = draws.luck();
    const key = draws.key();
    const balancer = Math.floor(draws.balancer() * this.#fronts.count);
    requests.balancer[slot] = balancer;
    requests.arrivedAtMs[slot] = this.#now;
    requests.counted[slot] = counted ? 1 : 0;
    this.#open += 1;

    requests.key[slot] = key;
    const backend = this.#fronts.pick(balancer, this.#now, key, NOBODY);
    if (backend === NOBODY) {
      this.#tellClient(slot, "unserved");
      requests.end(slot);
      return;
    }
    this.#send(slot, backend);
  }

  #send(slot: number, backend: number): void {
    const requests = this.#requests;
    requests.backend[slot] = backend;
    requests.sentAtMs[slot] = this.#now;
    const inFlight = (this.#inFlight[backend] as number) + 1;
    this.#inFlight[backend] = inFlight;
    this.#fronts.started(requests.balancer[slot] as number, backend, this.#now);
    if (requests.counted[slot] === 1) this.#tally.sent(this.#now, backend, inFlight);
    this.#receive(slot);
  }

  /** A request reaches its backend. */
  #receive(slot: number): void {
    const reception = this.#fleet.receive(slot);
    switch (reception) {
      case "begun":
        this.#work(slot);
        break;
      case "queued":
        break;
      case "fixed-time":
        this.#scheduleOf(slot, this.#fleet.answerMs(slot), EVENT.answer);
        break;
      case "failing":
        this.#scheduleOf(slot, this.#fleet.answerMs(slot), EVENT.error);
        break;
      case "overloaded":
        this.#end(slot, "errors", "gateway-error");
        return;
      case "refused":
        this.#refused(slot);
        return;
    }
    const { deadline } = this.#model;
    if (deadline !== undefined && deadline.cancels !== false)
      this.#scheduleOf(slot, this.#leftMs(slot, deadline.after), EVENT.deadline);
  }

  /** How long its client still waits. */
  #leftMs(slot: number, afterMs: number): number {
    return (this.#requests.arrivedAtMs[slot] as number) + afterMs - this.#now;
  }

  /** Nobody listens there: another one may be tried. */
  #refused(slot: number): void {
    this.#tellBalancer(slot, "connect-failed");
    this.#release(slot);
    if (this.#triedElsewhere(slot, "connect")) return;
    this.#tellClient(slot, "refused");
    this.#requests.end(slot);
  }

  /** Its backend ended while it was on a kept connection, which says nothing of the backend. */
  #brokenOff(slot: number): void {
    this.#release(slot);
    const fresh = this.#requests.transfer(slot);
    if (this.#triedElsewhere(fresh, "stale")) return;
    this.#tellClient(fresh, "errors");
    this.#requests.end(fresh);
  }

  /** Sends a request that its backend has not taken to another one, if it may and there is one. */
  #triedElsewhere(slot: number, failure: "connect" | "stale"): boolean {
    const requests = this.#requests;
    const retries = requests.retries[slot] as number;
    if (retries >= this.#model.retry.attempts || !mayRetry(failure, "GET", false)) return false;
    const [balancer, key] = [requests.balancer[slot] as number, requests.key[slot] as number];
    const next = this.#fronts.pick(balancer, this.#now, key, requests.backend[slot] as number);
    if (next === NOBODY) return false;
    requests.retries[slot] = retries + 1;
    this.#send(slot, next);
    return true;
  }

  #happen(event: number): void {
    const about = event >> EVENT_BITS;
    switch (event & EVENT_MASK) {
      case EVENT.change:
        this.#change(about);
        return;
      case EVENT.report:
        this.#fronts.report(this.#now);
        this.#schedule(this.#model.balancers.hearsEvery ?? 0, EVENT.report, 0);
        return;
      case EVENT.check:
        this.#checks.happen("check", about);
        return;
      case EVENT.checked:
        this.#checks.happen("checked", about);
        return;
      case EVENT.wake:
        this.#checks.happen("wake", about);
        return;
      case EVENT.readmit:
        this.#fronts.readmit(about, this.#now);
        return;
      case EVENT.answer:
        this.#answer(about);
        break;
      case EVENT.error:
        if (this.#requests.state[about] !== STATE.ended) {
          this.#end(about, "errors", "server-error");
        }
        break;
      case EVENT.deadline:
        this.#giveUp(about);
        break;
      case EVENT.hangUp:
        if (this.#requests.state[about] !== STATE.ended) this.#leave(about);
        break;
    }
    this.#requests.forgetEvent(about);
  }

  /** A backend has answered, unless the request had ended before. */
  #answer(slot: number): void {
    const requests = this.#requests;
    const state = requests.state[slot];
    if (state === STATE.ended) return;
    if (state === STATE.working) this.#turnToNext(slot);
    if (requests.orphaned[slot] === 1) {
      requests.end(slot);
      return;
    }
    const { deadline } = this.#model;
    const waitedMs = this.#now - (requests.arrivedAtMs[slot] as number);
    const outcome = deadline !== undefined && waitedMs >= deadline.after ? "late" : "ok";
    const idleMs = requests.idleMs[slot] as number;
    // To the balancer an answer is none the worse for being late.
    if (idleMs === 0) {
      this.#end(slot, outcome, "answered");
      return;
    }
    this.#tellClient(slot, outcome);
    this.#tellBalancer(slot, "answered");
    requests.state[slot] = STATE.idle;
    this.#scheduleOf(slot, idleMs, EVENT.hangUp);
  }

  /** The client gives up, unless it has its answer. */
  #giveUp(slot: number): void {
    const state = this.#requests.state[slot];
    if (state === STATE.ended || state === STATE.idle) return;
    const goesOn = state === STATE.queued || state === STATE.working;
    if (goesOn && this.#model.deadline?.cancels === "balancer") {
      this.#requests.orphaned[slot] = 1;
      this.#tellClient(slot, "late");
      this.#tellBalancer(slot, "abandoned");
      this.#release(slot);
      return;
    }
    if (state === STATE.queued) this.#fleet.withdraw(slot);
    if (state === STATE.working) this.#turnToNext(slot);
    this.#end(slot, "late", "abandoned");
  }

  /** The worker of a request is free for the next one. */
  #turnToNext(slot: number): void {
    const next = this.#fleet.release(slot);
    if (next !== NO_REQUEST) this.#work(next);
  }

  #work(slot: number): void {
    this.#scheduleOf(slot, this.#fleet.workMs(slot, this.#now), EVENT.answer);
  }

  #end(slot: number, outcome: Outcome, toBalancer: Ending): void {
    this.#tellClient(slot, outcome);
    this.#tellBalancer(slot, toBalancer);
    this.#leave(slot);
  }

  #tellClient(slot: number, outcome: Outcome): void {
    this.#open -= 1;
    if (this.#requests.counted[slot] === 0) return;
    this.#tally.ended(this.#requests.arrivedAtMs[slot] as number, this.#now, outcome);
  }

  #tellBalancer(slot: number, ending: Ending): void {
    const { sentAtMs, backend, balancer } = this.#requests;
    this.#fronts.observed(
      balancer[slot] as number,
      backend[slot] as number,
      ending,
      sentAtMs[slot] as number,
      this.#now,
    );
  }

  /** Nothing of a request is left on its backend. */
  #leave(slot: number): void {
    this.#release(slot);
    this.#requests.end(slot);
  }

  /** The balancer has nothing left of a request on its backend. */
  #release(slot: number): void {
    const requests = this.#requests;
    const backend = requests.backend[slot] as number;
    this.#inFlight[backend] = (this.#inFlight[backend] as number) - 1;
    this.#fronts.ended(requests.balancer[slot] as number, backend, this.#now);
  }

  #change(index: number): void {
    const change = this.#model.changes[index];
    if (change === undefined) return;
    for (let backend = change.first; backend < change.first + change.count; backend += 1) {
      this.#fleet.change(backend, change.becomes, this.#now);
      this.#fronts.change(backend, change.becomes, this.#now);
      if (change.becomes.kind === "gone") this.#breakOff(backend);
    }
  }

  /** Ends whatever a backend had begun: its process is gone. */
  #breakOff(backend: number): void {
    const requests = this.#requests;
    const { used } = requests;
    for (let slot = 0; slot < used; slot += 1) {
      // Columns are read anew each time: whoever is tried elsewhere may make them grow.
      const state = requests.state[slot];
      if (requests.backend[slot] !== backend || state === STATE.ended) continue;
      if (requests.orphaned[slot] === 1) requests.end(slot);
      else if (state === STATE.idle) this.#leave(slot);
      else if (this.#model.retry.keptConnections) this.#brokenOff(slot);
      else this.#end(slot, "errors", "broken");
    }
    this.#fleet.empty(backend);
  }

  #scheduleOf(slot: number, inMs: number, event: number): void {
    this.#requests.events[slot] = (this.#requests.events[slot] as number) + 1;
    this.#events.add(this.#now + inMs, (slot << EVENT_BITS) | event);
  }

  #schedule(inMs: number, event: number, about: number): void {
    this.#events.add(this.#now + inMs, (about << EVENT_BITS) | event);
  }
}

/** About how long the requests that count arrive, in milliseconds. */
function spanMsOf({ arrivals, duration, requests }: Model): number {
  return duration ?? ((requests ?? 0) * 1000) / meanRatePerSecond(arrivals);
}

/** Backends that something happens to. */
function changedBy({ changes }: Model): ReadonlySet<number> {
  return new Set(
    changes.flatMap(({ first, count }) =>
      Array.from({ length: count }, (_, index) => first + index),
    ),
  );
}
