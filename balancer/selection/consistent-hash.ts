import { mixed, SEED } from "./hash.ts";
import { Members, weightOf } from "./members.ts";
import type { Candidate, PickContext, Policy } from "./policy.ts";
import { RendezvousOrder } from "./rendezvous-order.ts";
import { SlicedTable } from "./sliced-table.ts";

/** Where the keys of each owner lie. Owners are numbers: slots of the membership it was made of. */
export interface HashTable {
  /** Position of a hash of 32 bits. */
  find(hash: number): number;
  ownerAt(position: number): number;
  /** Where a key goes on when the owner at `position` is denied. */
  after(position: number, hash: number): number;
}

/** What makes a hash table a policy. */
export interface ConsistentHashRules {
  /** Builds the table; yields at least every millisecond. */
  readonly build: (candidates: readonly Candidate[]) => Generator<void, HashTable>;
  readonly hashOf: (key: string | undefined, random: () => number) => number;
  /** Bound of a candidate's load as a multiple of its fair share, above 1; null for no bound. */
  readonly boundedLoad: number | null;
}

/** Steps through the table before everybody is looked at; with one in ten denied it takes one or two. */
const STEPS_MAXIMUM = 128;

/**
 * Picks by the hash of a key, so that a key stays with its candidate while the membership changes
 * around it. The table holds everybody, also who is denied: a key whose candidate is denied goes on
 * to another one, and is back when the candidate is.
 *
 * With a bound c nobody gets more than ⌈c · m · w/W⌉ of m requests in flight (m and W are of those
 * who are available, w is its own weight); a key whose candidate is full jumps to a place of its
 * own, so that no neighbour takes the whole overflow.
 *
 * @see V. Mirrokni et al. 2016, arXiv 1608.01350, bounded loads; J. Chen et al. 2018,
 *   arXiv 1908.08762, random jumps
 */
export class ConsistentHash implements Policy {
  readonly division = "key";
  readonly #rules: ConsistentHashRules;
  readonly #table = new SlicedTable<HashTable>();
  readonly #members = new Members();
  readonly #order = new RendezvousOrder();
  /** By owner of the table that serves; undefined for those who went. */
  #seats: (Candidate | undefined)[] = [];
  #away = new Set<Candidate>();
  /** Of those who are available: what others still have says nothing of what these can take. */
  #totalWeight = 0;
  #totalInFlight = 0;

  constructor(rules: ConsistentHashRules) {
    this.#rules = rules;
  }

  update(candidates: readonly Candidate[]): void {
    const away = new Set([...this.#away].map(({ id }) => id));
    this.#members.replace(candidates);
    this.#order.update(candidates);
    this.#away = new Set(candidates.filter(({ id }) => away.has(id)));
    this.#totalWeight = 0;
    this.#totalInFlight = 0;
    for (const candidate of candidates) {
      if (!this.#away.has(candidate)) this.#count(candidate, 1);
    }
    this.#seats = this.#seats.map((seat) => seat && this.#members.named(seat.id));
    this.#table.begin(this.#rebuilt(candidates));
  }

  pick(context: PickContext): Candidate | undefined {
    if (this.#members.count === 0) return undefined;
    const hash = this.#rules.hashOf(context.key, context.random);
    const table = this.#table.current;
    if (table === null) return undefined;
    let position = table.find(hash);
    let jumped = hash;
    for (let step = 0; step < STEPS_MAXIMUM; step += 1) {
      const candidate = this.#seats[table.ownerAt(position)];
      if (candidate === undefined || !context.allowed(candidate)) {
        position = table.after(position, jumped);
      } else if (this.#isFull(candidate)) {
        jumped = mixed(jumped + SEED.stride);
        position = table.find(jumped);
      } else return candidate;
    }
    // Hardly anybody is allowed, or has room: the same order for this key, whoever asks.
    return (
      this.#order.best(hash, (one) => context.allowed(one) && !this.#isFull(one)) ??
      this.#order.best(hash, context.allowed)
    );
  }

  setAvailable(candidate: Candidate, available: boolean): void {
    if (this.#members.slotOf(candidate) < 0) return;
    if (this.#away.has(candidate) !== available) return;
    if (available) this.#away.delete(candidate);
    else this.#away.add(candidate);
    this.#count(candidate, available ? 1 : -1);
  }

  started(candidate: Candidate): void {
    if (this.#isCounted(candidate)) this.#totalInFlight += 1;
  }

  ended(candidate: Candidate): void {
    if (this.#isCounted(candidate)) this.#totalInFlight -= 1;
  }

  advance(): boolean {
    return this.#table.advance();
  }

  /** @param times 1 for one who is available from now on, −1 for one who is so no longer */
  #count(candidate: Candidate, times: 1 | -1): void {
    this.#totalWeight += times * weightOf(candidate);
    this.#totalInFlight += times * candidate.inFlight;
  }

  /** Whether what a candidate has in flight is counted: it is a member, and available. */
  #isCounted(candidate: Candidate): boolean {
    return this.#members.slotOf(candidate) >= 0 && !this.#away.has(candidate);
  }

  #isFull(candidate: Candidate): boolean {
    const { boundedLoad } = this.#rules;
    if (boundedLoad === null) return false;
    const fair = ((this.#totalInFlight + 1) * weightOf(candidate)) / this.#totalWeight;
    // A whole number must not become the next one by rounding.
    return candidate.inFlight + 1 > Math.ceil(boundedLoad * fair - 1e-9);
  }

  *#rebuilt(candidates: readonly Candidate[]): Generator<void, HashTable> {
    const table = yield* this.#rules.build(candidates);
    this.#seats = [...candidates];
    return table;
  }
}
