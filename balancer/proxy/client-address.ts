import type { Socket } from "node:net";

/** IPv4 addresses look so on a socket that takes both families. */
const MAPPED = "::ffff:";

/** Address of the peer of a connection; empty once it is gone. */
export function clientAddress(socket: Socket): string {
  const address = socket.remoteAddress ?? "";
  return address.startsWith(MAPPED) ? address.slice(MAPPED.length) : address;
}
