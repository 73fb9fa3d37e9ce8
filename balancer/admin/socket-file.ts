import { lstatSync, unlinkSync } from "node:fs";
import { connect } from "node:net";
import { AdminFailed } from "./admin-failed.ts";

/**
 * Removes a socket file that a former process left behind, which would keep us from listening.
 *
 * @throws AdminFailed when something listens on it, or when it is no socket
 */
export async function removeStaleSocket(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new AdminFailed(
      path,
      "something else is there",
      "Move it away, or choose another path for admin.socket.",
    );
  }
  if (await listens(path)) {
    throw new AdminFailed(
      path,
      "another process listens on it",
      "Stop that process, or choose another path for admin.socket.",
    );
  }
  unlinkSync(path);
}

function listens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
