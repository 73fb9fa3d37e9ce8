/**
 * When checks begin. The first round runs at once, so that a start is quick; from then on the
 * backends of a pool are checked one after another, evenly over the interval. All times are
 * monotonic milliseconds.
 */

/**
 * The common rhythm of a pool's checks: rounds of an interval each, stretched or shrunk by up to
 * `jitter` of it, in which every backend has its place.
 *
 * Jitter moves whole rounds and no single check: balancers fall out of step with each other, and
 * the backends of one pool, which drawn one by one would come in crowds now and then, never do.
 */
export class CheckRhythm {
  readonly #intervalMs: number;
  readonly #jitter: number;
  readonly #random: () => number;
  /** When rounds begin, in order; the first one that may still be asked about comes first. */
  readonly #begins: number[];

  /**
   * @param beganAt begin of the first round, which has exactly the length of the interval
   * @param jitter 0 to 0.5
   * @param random uniform in [0, 1)
   */
  constructor(beganAt: number, intervalMs: number, jitter: number, random: () => number) {
    this.#intervalMs = intervalMs;
    this.#jitter = jitter;
    this.#random = random;
    this.#begins = [beganAt, beganAt + intervalMs];
  }

  /**
   * When the check after another one begins: at its place in the next round. A check that was a
   * little late moves the next one only as far as the shortest interval demands; after one that was
   * later than half an interval, the places are taken up again at once, half an interval later or more.
   *
   * @param plannedAt for when the last check was planned; at its place in a round
   * @param beganAt when it really began
   * @param place 0 to 1, within each round
   */
  after(plannedAt: number, beganAt: number, place: number): number {
    const half = this.#intervalMs / 2;
    // A balancer that was stopped for a while checks everybody when it goes on; once is enough.
    if (beganAt - plannedAt > half) return this.next(beganAt + half, place);
    const shortest = this.#intervalMs * (1 - this.#jitter);
    return Math.max(this.next(Math.max(plannedAt, beganAt), place), beganAt + shortest);
  }

  /** The first time after another one at which a place comes round. */
  next(after: number, place: number): number {
    for (let round = 0; ; round += 1) {
      const began = this.#begin(round);
      const at = began + (this.#begin(round + 1) - began) * place;
      if (at <= after) continue;
      // Checks under way may still ask about a round or two before this one.
      if (round > 4) this.#begins.splice(0, round - 4);
      return at;
    }
  }

  #begin(round: number): number {
    const { length } = this.#begins;
    if (round < length) return this.#begins[round] ?? 0;
    const began = this.#begins[length - 1] ?? 0;
    const next = nextCheckAt(began, this.#intervalMs, this.#jitter, this.#random);
    this.#begins.push(next);
    return next;
  }
}

/**
 * When a check off the common rhythm begins: an interval from begin to begin, stretched or shrunk
 * by up to `jitter` of it.
 *
 * @param beganAt when the last check began
 * @param jitter 0 to 0.5
 * @param random uniform in [0, 1)
 */
export function nextCheckAt(
  beganAt: number,
  intervalMs: number,
  jitter: number,
  random: () => number,
): number {
  return beganAt + intervalMs * (1 + jitter * (2 * random() - 1));
}

/** The place of one of `count` backends that begin together, `position` from 0. */
export function placeOf(position: number, count: number): number {
  return (position + 1) / count;
}

/** A place for a newcomer: the middle of the widest gap that the others leave, round the end too. */
export function placeBetween(taken: readonly number[]): number {
  const places = taken.toSorted((one, other) => one - other);
  const first = places[0];
  if (first === undefined) return 1;
  let [widest, place] = [0, 1];
  for (const [index, from] of places.entries()) {
    const to = places[index + 1] ?? first + 1;
    if (to - from <= widest) continue;
    widest = to - from;
    place = (from + widest / 2) % 1;
  }
  return place;
}
