import { mayRetry } from "../../balancer/index.ts";
import { EVENT, type Agenda, type RequestEvent } from "./agenda.ts";
import type { Draws } from "./draws.ts";
import type { Fleet } from "./fleet.ts";
import { NOBODY, type Ending } from "./front.ts";
import type { Fronts } from "./fronts.ts";
import type { Model } from "./model.ts";
import { NO_REQUEST, STATE, type RequestTable } from "./request-table.ts";
import type { Outcome, Tally } from "./tally.ts";

/** What requests live among. */
export interface World {
  readonly agenda: Agenda;
  readonly requests: RequestTable;
  readonly fleet: Fleet;
  readonly fronts: Fronts;
  readonly tally: Tally;
  readonly draws: Draws;
}

/**
 * What becomes of requests, from their arrival to their end, however it comes about:
 *
 *   ARRIVE ─► PICK ─► QUEUE ─► WORK ─► ANSWER ─► (idle) ─► over
 */
export class RequestLives {
  readonly #model: Pick<Model, "deadline" | "retry">;
  readonly #agenda: Agenda;
  readonly #requests: RequestTable;
  readonly #fleet: Fleet;
  readonly #fronts: Fronts;
  readonly #tally: Tally;
  readonly #draws: Draws;
  /** Requests that each backend has from all balancers. */
  readonly #inFlight: Int32Array;
  /** Requests whose client still waits. */
  #open = 0;

  constructor(model: Pick<Model, "deadline" | "retry">, world: World) {
    this.#model = model;
    this.#agenda = world.agenda;
    this.#requests = world.requests;
    this.#fleet = world.fleet;
    this.#fronts = world.fronts;
    this.#tally = world.tally;
    this.#draws = world.draws;
    this.#inFlight = new Int32Array(world.fleet.size);
  }

  /** Requests whose client still waits. */
  get open(): number {
    return this.#open;
  }

  /** A request arrives now. @param counted whether it counts, or belongs to the warm-up */
  arrive(counted: boolean): void {
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
    requests.arrivedAtMs[slot] = this.#agenda.now;
    requests.counted[slot] = counted ? 1 : 0;
    this.#open += 1;

    requests.key[slot] = key;
    const backend = this.#fronts.pick(balancer, this.#agenda.now, key, NOBODY);
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
    requests.sentAtMs[slot] = this.#agenda.now;
    const inFlight = (this.#inFlight[backend] as number) + 1;
    this.#inFlight[backend] = inFlight;
    this.#fronts.started(requests.balancer[slot] as number, backend, this.#agenda.now);
    if (requests.counted[slot] === 1) this.#tally.sent(this.#agenda.now, backend, inFlight);
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
        this.#plan(slot, this.#fleet.answerMs(slot), EVENT.answer);
        break;
      case "failing":
        this.#plan(slot, this.#fleet.answerMs(slot), EVENT.error);
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
      this.#plan(slot, this.#leftMs(slot, deadline.after), EVENT.deadline);
  }

  /** How long its client still waits. */
  #leftMs(slot: number, afterMs: number): number {
    return (this.#requests.arrivedAtMs[slot] as number) + afterMs - this.#agenda.now;
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
    const next = this.#fronts.pick(
      balancer,
      this.#agenda.now,
      key,
      requests.backend[slot] as number,
    );
    if (next === NOBODY) return false;
    requests.retries[slot] = retries + 1;
    this.#send(slot, next);
    return true;
  }

  /** What was planned for a request happens. */
  happen(kind: RequestEvent, slot: number): void {
    switch (kind) {
      case EVENT.answer:
        this.#answer(slot);
        break;
      case EVENT.error:
        if (this.#requests.state[slot] !== STATE.ended) this.#end(slot, "errors", "server-error");
        break;
      case EVENT.deadline:
        this.#giveUp(slot);
        break;
      case EVENT.hangUp:
        if (this.#requests.state[slot] !== STATE.ended) this.#leave(slot);
        break;
    }
    this.#requests.forgetEvent(slot);
  }

  /** Ends whatever a backend had begun: its process is gone. */
  breakOff(backend: number): void {
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
    const waitedMs = this.#agenda.now - (requests.arrivedAtMs[slot] as number);
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
    this.#plan(slot, idleMs, EVENT.hangUp);
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
    this.#plan(slot, this.#fleet.workMs(slot, this.#agenda.now), EVENT.answer);
  }

  #end(slot: number, outcome: Outcome, toBalancer: Ending): void {
    this.#tellClient(slot, outcome);
    this.#tellBalancer(slot, toBalancer);
    this.#leave(slot);
  }

  #tellClient(slot: number, outcome: Outcome): void {
    this.#open -= 1;
    if (this.#requests.counted[slot] === 0) return;
    this.#tally.ended(this.#requests.arrivedAtMs[slot] as number, this.#agenda.now, outcome);
  }

  #tellBalancer(slot: number, ending: Ending): void {
    const { sentAtMs, backend, balancer } = this.#requests;
    this.#fronts.observed(
      balancer[slot] as number,
      backend[slot] as number,
      ending,
      sentAtMs[slot] as number,
      this.#agenda.now,
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
    this.#fronts.ended(requests.balancer[slot] as number, backend, this.#agenda.now);
  }

  #plan(slot: number, inMs: number, event: RequestEvent): void {
    this.#requests.events[slot] = (this.#requests.events[slot] as number) + 1;
    this.#agenda.in(inMs, event, slot);
  }
}
