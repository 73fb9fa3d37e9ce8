import { isIPv4 } from "node:net";

/** IPv4 addresses as numbers, so that plans and checks can reckon with them. */

/** A network: its bounds as numbers, both belonging to it. */
export interface Ipv4Network {
  readonly first: number;
  readonly last: number;
  readonly prefixLength: number;
}

/** The number of a dotted address. @throws RangeError when it is none */
export function numberOfAddress(address: string): number {
  if (!isIPv4(address)) throw new RangeError(`"${address}" is not an IPv4 address.`);
  return address.split(".").reduce((number, part) => number * 256 + Number(part), 0);
}

/** The dotted address of a number. */
export function addressOfNumber(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".");
}

/** The network of a notation like `198.18.7.0/24`; host bits are cut off. @throws RangeError when it is none */
export function networkOf(cidr: string): Ipv4Network {
  const [address = "", length = ""] = cidr.split("/");
  const prefixLength = Number(length);
  const size = 2 ** (32 - prefixLength);
  const first = Math.floor(numberOfAddress(address) / size) * size;
  return { first, last: first + size - 1, prefixLength };
}

/** Whether a network lies in another, or is the same. */
export function liesIn(inner: Ipv4Network, outer: Ipv4Network): boolean {
  return inner.first >= outer.first && inner.last <= outer.last;
}

/** The upper half of a network, from which an engine hands out addresses by itself. */
export function dynamicRangeOf(network: Ipv4Network): Ipv4Network {
  const size = network.last - network.first + 1;
  return {
    first: network.first + size / 2,
    last: network.last,
    prefixLength: network.prefixLength + 1,
  };
}
