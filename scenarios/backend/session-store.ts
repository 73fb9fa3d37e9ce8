import type { ChainableCommander, Redis } from "ioredis";

/** Why the session store gave no answer. */
export class StoreFailed extends Error {
  readonly code: "store-unavailable" | "store-timeout" | "store-busy";
  readonly side = "upstream";
  readonly retryable = true;

  constructor(code: StoreFailed["code"], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "StoreFailed";
    this.code = code;
  }
}

/** A cart after an item was added. */
export interface Cart {
  /** The session that it is of. */
  readonly session: string;
  /** In the order in which they were added. */
  readonly items: readonly string[];
}

/** The sessions in Redis, each a counter and a cart. Every call ends within its deadline. */
export interface SessionStore {
  /** The counter of a session; 0 when there is none. @throws StoreFailed */
  read(session: string): Promise<number>;
  /** Adds one, and lets the session live its full time again. @throws StoreFailed */
  increment(session: string): Promise<number>;
  /** The items of a session's cart; none when there is no cart. @throws StoreFailed */
  readCart(session: string): Promise<readonly string[]>;
  /**
   * Adds an item, and lets the cart live its full time again. A session that the store knows nothing of, and
   * an undefined one, is replaced by a new one. After a failure the item may be there or not.
   *
   * @throws StoreFailed
   */
  addToCart(session: string | undefined, item: string, newSession: () => string): Promise<Cart>;
  /** Asks for a sign of life. @throws StoreFailed */
  ping(): Promise<void>;
  /** Leaves without waiting for answers. */
  close(): void;
}

export interface SessionStoreOptions {
  readonly host: string;
  readonly port: number;
  /** How long a session outlives its last change. */
  readonly ttlSeconds: number;
  /** Per call. */
  readonly deadlineMs: number;
}

/** Calls without an answer, at most; a store that stalls must not fill this process's memory. */
const MAX_OUTSTANDING = 1_024;
/** Silence of a connection that owes an answer, after which it is given up for a new one. */
const SILENCE_MS = 3_000;
const RECONNECT_MS = 100;
/** Short, because a lost first packet is sent again by the kernel only after a second. */
const CONNECT_MS = 250;

/**
 * Connects, and connects again for ever whenever the connection is lost; calls in between fail at
 * once. A store that cannot be reached within the deadline is no reason not to start.
 *
 * The library is loaded here, because an application without sessions starts faster without it.
 */
export async function openSessionStore(options: SessionStoreOptions): Promise<SessionStore> {
  const { Redis } = await import("ioredis");
  const client = new Redis({
    host: options.host,
    port: options.port,
    connectTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    retryStrategy: () => RECONNECT_MS,
    // Fail what is asked while there is no connection, and never ask twice: both belong to the caller.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  });
  // Told to whoever calls; an event without a listener would end the process.
  client.on("error", () => {});
  const { promise: connected, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, options.deadlineMs);
  client.once("ready", resolve);
  await connected;
  clearTimeout(timer);
  return new RedisSessionStore(client, options);
}

/**
 * A session store that is opened by the first call to it, so that an application whose sessions
 * nobody asks for does not spend its start on them.
 *
 * @param open `openSessionStore` with its options
 */
export function openedOnFirstUse(open: () => Promise<SessionStore>): SessionStore {
  let opened: Promise<SessionStore> | undefined;
  const store = (): Promise<SessionStore> => (opened ??= open());
  return {
    read: async (session) => (await store()).read(session),
    increment: async (session) => (await store()).increment(session),
    readCart: async (session) => (await store()).readCart(session),
    addToCart: async (...args) => (await store()).addToCart(...args),
    ping: async () => (await store()).ping(),
    close: () => void opened?.then((one) => one.close()),
  };
}

class RedisSessionStore implements SessionStore {
  readonly #client: Redis;
  readonly #options: SessionStoreOptions;
  #outstanding = 0;

  constructor(client: Redis, options: SessionStoreOptions) {
    this.#client = client;
    this.#options = options;
  }

  async read(session: string): Promise<number> {
    const text = await this.#call((client) => client.get(keyOf(session)));
    return text === null ? 0 : Number(text);
  }

  async increment(session: string): Promise<number> {
    const key = keyOf(session);
    // One transaction, so that no counter is left behind without an end.
    const [count] = await this.#transaction((multi) =>
      multi.incr(key).expire(key, this.#options.ttlSeconds),
    );
    return Number(count);
  }

  readCart(session: string): Promise<readonly string[]> {
    return this.#call((client) => client.lrange(cartOf(session), 0, -1));
  }

  async addToCart(
    known: string | undefined,
    item: string,
    newSession: () => string,
  ): Promise<Cart> {
    const { ttlSeconds } = this.#options;
    let session = newSession;
    if (known !== undefined) {
      const key = cartOf(known);
      // Adds nothing where there is no cart, so that no session is revived that the store has lost.
      const [added, , items, counters] = await this.#transaction((multi) =>
        multi.rpushx(key, item).expire(key, ttlSeconds).lrange(key, 0, -1).exists(keyOf(known)),
      );
      if (added !== 0) return { session: known, items: items as readonly string[] };
      if (counters !== 0) session = () => known;
    }
    const owner = session();
    const key = cartOf(owner);
    const [, , items] = await this.#transaction((multi) =>
      multi.rpush(key, item).expire(key, ttlSeconds).lrange(key, 0, -1),
    );
    return { session: owner, items: items as readonly string[] };
  }

  async ping(): Promise<void> {
    await this.#call((client) => client.ping());
  }

  close(): void {
    this.#client.disconnect();
  }

  /** Runs commands all together or not at all; returns their replies. */
  async #transaction(
    commands: (multi: ChainableCommander) => ChainableCommander,
  ): Promise<readonly unknown[]> {
    const replies = await this.#call((client) => commands(client.multi()).exec());
    const error = replies === null ? "nothing was run" : replies.find(([error]) => error)?.[0];
    if (replies !== null && !error) return replies.map(([, reply]) => reply);
    throw new StoreFailed(
      "store-unavailable",
      `The store refused a change: ${String(error)}. Look at its log.`,
      error,
    );
  }

  async #call<T>(command: (client: Redis) => Promise<T>): Promise<T> {
    const { host, port, deadlineMs } = this.#options;
    const store = `The session store ${host}:${port}`;
    if (this.#outstanding >= MAX_OUTSTANDING) {
      throw new StoreFailed(
        "store-busy",
        `${store} owes ${MAX_OUTSTANDING} answers already. Look whether it is stalled.`,
      );
    }
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const message = `${store} did not answer within ${deadlineMs} ms. Look whether it is stalled.`;
      reject(new StoreFailed("store-timeout", message));
    }, deadlineMs);
    this.#outstanding += 1;
    // Counted until the answer or the end of the connection, not until the deadline: the command waits on.
    const answer = command(this.#client).finally(() => {
      this.#outstanding -= 1;
    });
    try {
      return await Promise.race([answer, late]);
    } catch (error) {
      if (error instanceof StoreFailed) throw error;
      const what = error instanceof Error ? error.message : String(error);
      throw new StoreFailed(
        "store-unavailable",
        `${store} cannot be asked: ${what}. Look whether it runs.`,
        error,
      );
    } finally {
      clearTimeout(timer);
    }
  }
}

function keyOf(session: string): string {
  return `evenkeel:session:${session}`;
}

function cartOf(session: string): string {
  return `evenkeel:cart:${session}`;
}
