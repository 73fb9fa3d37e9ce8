import { addressOfNumber, networkOf } from "../ipv4.ts";
import type { TopologyNode } from "../topology.ts";

/** What an address is for: a node of some role, or a floating one. */
export type AddressPurpose = TopologyNode["role"] | "virtual";

/** Which addresses of the subnet go to whom, counted from its first one. Both ends belong to it. */
const RANGES: Readonly<Record<AddressPurpose, readonly (readonly [number, number])[]>> = {
  virtual: [
    [10, 10],
    [2, 9],
  ],
  balancer: [[11, 20]],
  backend: [
    [21, 30],
    [61, 127],
  ],
  "session-store": [[31, 40]],
  "fault-proxy": [[41, 50]],
  client: [[51, 60]],
};

/**
 * Hands out the addresses of a topology: the same declaration always gets the same ones, and one
 * sees from an address what is there.
 */
export class AddressPlan {
  readonly #first: number;
  readonly #subnet: string;
  readonly #used = new Map<AddressPurpose, number>();

  constructor(subnet: string) {
    this.#subnet = subnet;
    this.#first = networkOf(subnet).first;
  }

  /**
   * The next address for that purpose.
   *
   * @throws RangeError when they are used up
   */
  next(purpose: AddressPurpose): string {
    const used = this.#used.get(purpose) ?? 0;
    const offset = RANGES[purpose].flatMap(([from, to]) => range(from, to))[used];
    if (offset === undefined) {
      throw new RangeError(
        `${this.#subnet} has no address left for another ${purpose}: ${used} are in use. Declare fewer, or split the topology.`,
      );
    }
    this.#used.set(purpose, used + 1);
    return addressOfNumber(this.#first + offset);
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
