import { murmur3 } from "../selection/hash.ts";

/**
 * An id for a backend of which only the address is known: `at-198-18-7-21-8080`. Addresses of
 * version 6 are too long for an id and become a hash.
 */
export function addressId(address: string, port: number): string {
  const place = address.includes(":")
    ? murmur3(address, 0).toString(16).padStart(8, "0")
    : address.replaceAll(".", "-");
  return `at-${place}-${port}`;
}
