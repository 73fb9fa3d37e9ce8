import { deriveSeed, seededRandom } from "../statistics/random.ts";
import { aboutOf, Agenda, EVENT, kindOf } from "./agenda.ts";
import { AllChecks } from "./all-checks.ts";
import { arrivalSource, meanRatePerSecond } from "./arrivals.ts";
import { drawsOf } from "./draws.ts";
import { Fleet } from "./fleet.ts";
import { Fronts } from "./fronts.ts";
import type { Model } from "./model.ts";
import { RequestLives } from "./request-lives.ts";
import { RequestTable } from "./request-table.ts";
import type { RunResult } from "./run-result.ts";
import { Tally } from "./tally.ts";

/**
 * Runs one policy under a model, event by event: requests arrive and live (`RequestLives`), backends
 * change, balancers check and report.
 *
 * The policy is the balancer's own code. Every kind of chance has a stream of its own that derives
 * from the seed, so that all policies under one seed see the same arrivals, work and keys, whatever
 * they pick (common random numbers).
 *
 * @param seed a whole number; the same one gives the same result, to the last byte
 * @throws WrongUse when there is no such policy, or none for so many backends
 * @throws RangeError when the seed is not a safe integer
 */
export function simulate(model: Model, policy: string, seed: number): RunResult {
  return new Simulation(model, policy, seed).run();
}

class Simulation {
  readonly #model: Model;
  readonly #policy: string;
  readonly #seed: number;
  readonly #agenda = new Agenda();
  readonly #fleet: Fleet;
  readonly #fronts: Fronts;
  readonly #tally: Tally;
  readonly #lives: RequestLives;
  readonly #checks: AllChecks;

  constructor(model: Model, policy: string, seed: number) {
    this.#model = model;
    this.#policy = policy;
    this.#seed = seed;
    const agenda = this.#agenda;
    const stream = (...labels: readonly (string | number)[]) =>
      seededRandom(deriveSeed(seed, ...labels));
    const requests = new RequestTable();
    this.#fleet = new Fleet(model.backends, requests);
    this.#fronts = new Fronts(model, policy, (balancer) => ({
      random: { policy: stream("policy", balancer), outliers: stream("outliers", balancer) },
      readmitLater: (atMs) => agenda.at(atMs, EVENT.readmit, balancer),
    }));
    this.#tally = new Tally(model.warmUp, spanMsOf(model), this.#fleet.size, changedBy(model));
    this.#checks = new AllChecks(model, {
      fleet: this.#fleet,
      fronts: this.#fronts,
      stream,
      now: () => agenda.now,
      schedule: (event, atMs, about) => agenda.at(atMs, EVENT[event], about),
    });
    this.#lives = new RequestLives(model, {
      agenda,
      requests,
      fleet: this.#fleet,
      fronts: this.#fronts,
      tally: this.#tally,
      draws: drawsOf(model, stream),
    });
  }

  run(): RunResult {
    const { arrivals, balancers, changes, duration, requests, warmUp } = this.#model;
    const agenda = this.#agenda;
    const lives = this.#lives;
    const arrival = arrivalSource(arrivals, seededRandom(deriveSeed(this.#seed, "arrivals")));
    const untilMs = duration === undefined ? Number.POSITIVE_INFINITY : warmUp + duration;
    let left = requests ?? Number.POSITIVE_INFINITY;
    changes.forEach(({ at }, index) => agenda.at(at, EVENT.change, index));
    if (balancers.hearsEvery !== undefined) agenda.at(balancers.hearsEvery, EVENT.report, 0);
    this.#checks.begin();
    let nextArrivalMs = arrival();
    for (;;) {
      const arriving = left > 0 && nextArrivalMs < untilMs;
      if (!arriving && lives.open === 0) break;
      if (arriving && nextArrivalMs < agenda.nextAtMs) {
        agenda.turnTo(nextArrivalMs);
        const counted = nextArrivalMs >= warmUp;
        if (counted) left -= 1;
        lives.arrive(counted);
        nextArrivalMs = arrival();
      } else {
        this.#happen(agenda.next());
      }
    }
    return this.#tally.result(this.#policy, this.#seed, agenda.now);
  }

  #happen(event: number): void {
    const about = aboutOf(event);
    const kind = kindOf(event);
    switch (kind) {
      case EVENT.change:
        this.#change(about);
        break;
      case EVENT.report:
        this.#fronts.report(this.#agenda.now);
        this.#agenda.in(this.#model.balancers.hearsEvery ?? 0, EVENT.report, 0);
        break;
      case EVENT.check:
        this.#checks.happen("check", about);
        break;
      case EVENT.checked:
        this.#checks.happen("checked", about);
        break;
      case EVENT.wake:
        this.#checks.happen("wake", about);
        break;
      case EVENT.readmit:
        this.#fronts.readmit(about, this.#agenda.now);
        break;
      default:
        this.#lives.happen(kind, about);
    }
  }

  #change(index: number): void {
    const change = this.#model.changes[index];
    if (change === undefined) return;
    for (let backend = change.first; backend < change.first + change.count; backend += 1) {
      this.#fleet.change(backend, change.becomes, this.#agenda.now);
      this.#fronts.change(backend, change.becomes, this.#agenda.now);
      if (change.becomes.kind === "gone") this.#lives.breakOff(backend);
    }
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
