const CHILDREN = 4;
const FIRST_CAPACITY = 1024;

/**
 * What will happen, earliest first; of events at the same time, the one that was added first. So a
 * simulation has one order of events, whatever the machine.
 *
 * A heap with four children a node in typed arrays: no allocation per event.
 */
export class EventQueue {
  #times = new Float64Array(FIRST_CAPACITY);
  #sequences = new Float64Array(FIRST_CAPACITY);
  #events = new Int32Array(FIRST_CAPACITY);
  #length = 0;
  #added = 0;

  /** Events that are still to happen. */
  get length(): number {
    return this.#length;
  }

  /** Milliseconds at which the next event happens; infinite when there is none. */
  get nextAtMs(): number {
    return this.#length === 0 ? Number.POSITIVE_INFINITY : (this.#times[0] as number);
  }

  /**
   * Adds an event.
   *
   * @param event what the caller knows it by, a whole number of 32 bits
   */
  add(atMs: number, event: number): void {
    if (this.#length === this.#times.length) this.#grow();
    this.#rise(this.#length, atMs, this.#added, event);
    this.#length += 1;
    this.#added += 1;
  }

  /**
   * Removes the next event and returns it.
   *
   * @throws RangeError when there is none
   */
  take(): number {
    if (this.#length === 0) throw new RangeError("No event is left. Ask for the length first.");
    const event = this.#events[0] as number;
    this.#length -= 1;
    const last = this.#length;
    if (last > 0) {
      this.#sink(
        this.#times[last] as number,
        this.#sequences[last] as number,
        this.#events[last] as number,
      );
    }
    return event;
  }

  /** Puts an event where it belongs between the hole at `hole` and the root. */
  #rise(from: number, atMs: number, sequence: number, event: number): void {
    const times = this.#times;
    let hole = from;
    while (hole > 0) {
      const parent = (hole - 1) >>> 2;
      // The new one has the highest sequence of all, so at the same time it stays behind.
      if ((times[parent] as number) <= atMs) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#set(hole, atMs, sequence, event);
  }

  /** Puts an event where it belongs between the hole at the root and the leaves. */
  #sink(atMs: number, sequence: number, event: number): void {
    const times = this.#times;
    const sequences = this.#sequences;
    const length = this.#length;
    let hole = 0;
    for (;;) {
      const first = hole * CHILDREN + 1;
      if (first >= length) break;
      const end = first + CHILDREN < length ? first + CHILDREN : length;
      let least = first;
      let leastTime = times[first] as number;
      for (let child = first + 1; child < end; child += 1) {
        const time = times[child] as number;
        if (
          time < leastTime ||
          (time === leastTime && (sequences[child] as number) < (sequences[least] as number))
        ) {
          least = child;
          leastTime = time;
        }
      }
      if (leastTime > atMs || (leastTime === atMs && (sequences[least] as number) > sequence))
        break;
      this.#move(least, hole);
      hole = least;
    }
    this.#set(hole, atMs, sequence, event);
  }

  #move(from: number, to: number): void {
    this.#set(
      to,
      this.#times[from] as number,
      this.#sequences[from] as number,
      this.#events[from] as number,
    );
  }

  #set(at: number, atMs: number, sequence: number, event: number): void {
    this.#times[at] = atMs;
    this.#sequences[at] = sequence;
    this.#events[at] = event;
  }

  #grow(): void {
    const capacity = this.#times.length * 2;
    const times = new Float64Array(capacity);
    const sequences = new Float64Array(capacity);
    const events = new Int32Array(capacity);
    times.set(this.#times);
    sequences.set(this.#sequences);
    events.set(this.#events);
    this.#times = times;
    this.#sequences = sequences;
    this.#events = events;
  }
}
