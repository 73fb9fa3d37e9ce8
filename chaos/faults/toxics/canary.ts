import { connect } from "node:net";

/**
 * Sends bytes and says whether any came back in time. Every canary opens a connection of its own,
 * so it sees what a new client sees.
 */
export function canary(options: {
  readonly address: string;
  readonly port: number;
  readonly send: string;
  readonly withinMs: number;
}): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: options.address, port: options.port });
    const finish = (answered: boolean): void => {
      clearTimeout(deadline);
      socket.destroy();
      resolve(answered);
    };
    const deadline = setTimeout(() => finish(false), options.withinMs);
    socket.once("connect", () => socket.write(options.send));
    socket.once("data", () => finish(true));
    socket.once("error", () => finish(false));
    socket.once("end", () => finish(false));
  });
}
