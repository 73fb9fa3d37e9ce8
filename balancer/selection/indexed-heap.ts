/**
 * Slots in the order of two numbers each, the second one deciding between equals of the first. The
 * least is at hand, any slot can be moved or taken out in logarithmic time; nothing is allocated
 * after it was made.
 */
export class IndexedHeap {
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  /** Slot at each place of the heap. */
  readonly #slots: Int32Array;
  /** Place of each slot, −1 when it is out. */
  readonly #places: Int32Array;
  #size = 0;

  /** @param capacity slots are 0 to `capacity` − 1 */
  constructor(capacity: number) {
    this.#first = new Float64Array(capacity);
    this.#second = new Float64Array(capacity);
    this.#slots = new Int32Array(capacity);
    this.#places = new Int32Array(capacity).fill(-1);
  }

  get size(): number {
    return this.#size;
  }

  /** The least slot; −1 when there is none. */
  get top(): number {
    return this.#size === 0 ? -1 : this.#slots[0]!;
  }

  has(slot: number): boolean {
    return this.#places[slot]! >= 0;
  }

  /** The first number of a slot; meaningless for one that was never set. */
  first(slot: number): number {
    return this.#first[slot]!;
  }

  /** Puts a slot in, or moves it. */
  set(slot: number, first: number, second: number): void {
    this.#first[slot] = first;
    this.#second[slot] = second;
    let place = this.#places[slot]!;
    if (place < 0) {
      place = this.#size;
      this.#size += 1;
    }
    this.#sink(this.#rise(place, slot), slot);
  }

  /** Takes a slot out; nothing happens when it is out already. */
  remove(slot: number): void {
    const place = this.#places[slot]!;
    if (place < 0) return;
    this.#places[slot] = -1;
    this.#size -= 1;
    if (place === this.#size) return;
    const last = this.#slots[this.#size]!;
    this.#sink(this.#rise(place, last), last);
  }

  /** Puts a slot at a place or above it; returns where. */
  #rise(from: number, slot: number): number {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.#slots[parent]!;
      if (!this.#before(slot, above)) break;
      this.#put(above, place);
      place = parent;
    }
    this.#put(slot, place);
    return place;
  }

  #sink(from: number, slot: number): void {
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#before(this.#slots[child + 1]!, this.#slots[child]!)) {
        child += 1;
      }
      const below = this.#slots[child]!;
      if (!this.#before(below, slot)) break;
      this.#put(below, place);
      place = child;
    }
    this.#put(slot, place);
  }

  #put(slot: number, place: number): void {
    this.#slots[place] = slot;
    this.#places[slot] = place;
  }

  #before(a: number, b: number): boolean {
    const x = this.#first[a]!;
    const y = this.#first[b]!;
    return x === y ? this.#second[a]! < this.#second[b]! : x < y;
  }
}
