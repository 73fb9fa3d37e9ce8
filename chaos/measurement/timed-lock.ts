import { connect, createServer, type Socket } from "node:net";

/**
 * The machine-wide lock of timed trials: two at once would measure each other. It is an abstract
 * unix socket, so the kernel lets go of it when its holder dies, and no file is left behind.
 */
const LOCK_ADDRESS = "\0evenkeel-timed-trials";

/**
 * Takes the lock; waits for whoever holds it.
 *
 * @param onWait called once when somebody else holds it
 * @param address abstract unix socket that is the lock; default: the machine's own
 * @throws what the signal was aborted with
 */
export async function takeTimedLock(
  signal: AbortSignal,
  onWait: () => void = () => undefined,
  address: string = LOCK_ADDRESS,
): Promise<AsyncDisposable> {
  let told = false;
  for (;;) {
    signal.throwIfAborted();
    const lock = await tryLock(address);
    if (lock !== null) return lock;
    if (!told) onWait();
    told = true;
    await untilReleased(address, signal);
  }
}

function tryLock(address: string): Promise<AsyncDisposable | null> {
  return new Promise((resolve, reject) => {
    const waiters = new Set<Socket>();
    const server = createServer((waiter) => {
      waiters.add(waiter);
      waiter.on("error", () => undefined);
      waiter.once("close", () => waiters.delete(waiter));
    });
    server.unref();
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(null) : reject(error),
    );
    server.listen(address, () =>
      resolve({
        [Symbol.asyncDispose]: () =>
          new Promise((released) => {
            server.close(() => released());
            // The end of their connection is how waiters learn of the release.
            for (const waiter of waiters) waiter.destroy();
          }),
      }),
    );
  });
}

/** Resolves when the holder lets go (or was not there). */
function untilReleased(address: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    // It may have been aborted while the lock was tried.
    if (signal.aborted) return reject(signal.reason as Error);
    const socket = connect(address);
    const abort = (): void => {
      socket.destroy();
      reject(signal.reason as Error);
    };
    signal.addEventListener("abort", abort, { once: true });
    socket.once("error", () => undefined);
    socket.once("close", () => {
      signal.removeEventListener("abort", abort);
      resolve();
    });
    socket.resume();
  });
}
