import type { Socket } from "node:net";

/**
 * Breaks a connection, so that the peer sees an error and no clean end.
 *
 * A socket whose FIN is just being sent is closed instead: a reset is refused in that moment, and
 * `resetAndDestroy` would leave the file descriptor open for ever.
 */
export function reset(socket: Socket): void {
  const { writableEnded, writableFinished, writableLength } = socket;
  if (writableEnded && !writableFinished && writableLength === 0) socket.destroy();
  else socket.resetAndDestroy();
}
