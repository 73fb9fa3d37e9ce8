import { EventQueue } from "./event-queue.ts";

/** Kinds of events, as the lowest bits of an event say them. */
export const EVENT = {
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
export type EventKind = (typeof EVENT)[keyof typeof EVENT];
/** Those that are about a request. */
export type RequestEvent = (typeof EVENT)["answer" | "error" | "deadline" | "hangUp"];

const KIND_BITS = 4;
const KIND_MASK = (1 << KIND_BITS) - 1;

/**
 * The time of a simulation, and what is to happen in it. An event is one whole number, so that a
 * million of them cost no garbage: `kindOf` and `aboutOf` read it.
 */
export class Agenda {
  readonly #queue = new EventQueue();
  #now = 0;

  /** Milliseconds since the simulation began. */
  get now(): number {
    return this.#now;
  }

  /** Milliseconds at which the next event happens; infinite when there is none. */
  get nextAtMs(): number {
    return this.#queue.nextAtMs;
  }

  /** Plans an event for a time. @param about the request, balancer or change that it is about, from 0 */
  at(atMs: number, kind: EventKind, about: number): void {
    this.#queue.add(atMs, (about << KIND_BITS) | kind);
  }

  /** Plans an event for a time from now. @param about as for `at` */
  in(inMs: number, kind: EventKind, about: number): void {
    this.at(this.#now + inMs, kind, about);
  }

  /** It is now the time of something that was not planned. */
  turnTo(atMs: number): void {
    this.#now = atMs;
  }

  /** Takes the next event: it is now the time of it. @throws RangeError when there is none */
  next(): number {
    this.#now = this.#queue.nextAtMs;
    return this.#queue.take();
  }
}

/** What happens. */
export function kindOf(event: number): EventKind {
  return (event & KIND_MASK) as EventKind;
}

/** To whom it happens. */
export function aboutOf(event: number): number {
  return event >> KIND_BITS;
}
