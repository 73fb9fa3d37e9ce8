import { createServer, type Server } from "node:net";
import { LineSplitter } from "../environment/lines.ts";
import type { LabKeeper } from "./lab-keeper.ts";
import type { KeeperRequest } from "./protocol.ts";

/**
 * Listens for commands on a unix socket, for its owner alone.
 *
 * @param ended told once when a command has said that the lab is to end
 */
export async function serveKeeper(
  socket: string,
  keeper: LabKeeper,
  ended: () => void,
): Promise<Server> {
  const server = createServer((connection) => {
    connection.on("error", () => {});
    const lines = new LineSplitter((line) => {
      const request = JSON.parse(line) as KeeperRequest;
      void keeper.answer(request).then((answer) => {
        connection.end(`${JSON.stringify(answer)}\n`, () => {
          if (request.kind === "down") ended();
        });
      });
    });
    connection.setEncoding("utf8").on("data", (text: string) => lines.push(text));
  });
  const before = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(socket, resolve);
    });
  } finally {
    process.umask(before);
  }
  return server;
}
