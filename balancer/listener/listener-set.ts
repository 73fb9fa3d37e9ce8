import type { ListenerConfig } from "../config.ts";
import { createListener } from "./create-listener.ts";
import type { DrainResult, Listener, ListenerShared } from "./listener.ts";
import { ListeningSocket } from "./listening-socket.ts";

/** What the listeners of a configuration work with; it depends on their pool. */
export type SharedOf = (config: ListenerConfig) => ListenerShared;

/** Other listeners, for which every socket is there; nothing has changed yet. */
export interface ListenersChange {
  readonly configs: readonly ListenerConfig[];
  /** New sockets by place. */
  readonly sockets: ReadonlyMap<string, ListeningSocket>;
}

/** The listeners of a balancer, which can be replaced while they serve. */
export class ListenerSet {
  #listeners: readonly Listener[];
  /** Those that were replaced and still finish what they have. */
  readonly #leaving = new Set<Listener>();
  readonly #left = new Set<Promise<void>>();

  constructor(configs: readonly ListenerConfig[], sharedOf: SharedOf) {
    this.#listeners = configs.map((config) => createListener(config, sharedOf(config)));
  }

  /** Those that accept. */
  get all(): readonly Listener[] {
    return this.#listeners;
  }

  /** Where they listen, or will. */
  get places(): readonly string[] {
    return this.#listeners.map(({ config }) => placeOf(config));
  }

  /** What they accept from, by place. */
  get sockets(): ReadonlyMap<string, ListeningSocket> {
    const all = this.#listeners.flatMap(({ config, socket }) =>
      socket === null ? [] : [[placeOf(config), socket] as const],
    );
    return new Map(all);
  }

  /** Client connections that are open, also those of listeners that were replaced. */
  get guests(): number {
    return this.serving.reduce((sum, { counters }) => sum + counters.active, 0);
  }

  /** Those that accept, and those that finish what they have. */
  get serving(): readonly Listener[] {
    return [...this.#listeners, ...this.#leaving];
  }

  /**
   * Binds all and accepts.
   *
   * @param inherited sockets that listen already, by place (`address port`)
   * @throws ListenFailed; the others may be bound then
   */
  async start(inherited: ReadonlyMap<string, ListeningSocket> = new Map()): Promise<void> {
    // All of them settled, so that what is taken down after a failure is not still being bound.
    await settled(this.#listeners.map((one) => one.start(inherited.get(placeOf(one.config)))));
  }

  /**
   * Binds what other listeners need and these have not.
   *
   * @throws ListenFailed; nothing is bound then
   */
  async planned(configs: readonly ListenerConfig[]): Promise<ListenersChange> {
    const present = new Set(this.#listeners.map(({ config }) => placeOf(config)));
    return { configs, sockets: await boundBeside(present, configs) };
  }

  /**
   * Binds what these listeners need beside what listens already.
   *
   * @param present places with a socket
   * @returns the sockets, by place
   * @throws ListenFailed; nothing is bound then
   */
  async bind(present: readonly string[]): Promise<ReadonlyMap<string, ListeningSocket>> {
    const configs = this.#listeners.map(({ config }) => config);
    return await boundBeside(new Set(present), configs);
  }

  /** Lets go of a change that does not come about. */
  abandon({ sockets }: ListenersChange): void {
    for (const socket of sockets.values()) socket.close();
  }

  /** Makes a change real, all at once; those that are replaced finish what they have. */
  become({ configs, sockets }: ListenersChange, sharedOf: SharedOf, drainMs: number): void {
    const before = new Map(this.#listeners.map((one) => [placeOf(one.config), one]));
    const kept = new Set<Listener>();
    this.#listeners = configs.map((config) => {
      const place = placeOf(config);
      const old = before.get(place);
      const shared = sharedOf(config);
      if (old !== undefined && isAlike(old.config, config)) {
        old.update(config, shared);
        kept.add(old);
        return old;
      }
      const listener = createListener(config, shared);
      // With a socket at hand nothing is waited for.
      void listener.start(sockets.get(place) ?? old?.release() ?? undefined);
      return listener;
    });
    for (const old of before.values()) if (!kept.has(old)) this.#retire(old, drainMs);
  }

  /** From now on every http answer closes its connection. */
  lameDuck(): void {
    for (const listener of this.#listeners) listener.lameDuck();
  }

  /** Closes the listening sockets; connections stay. */
  stopAccepting(): void {
    for (const listener of this.#listeners) listener.stopAccepting();
  }

  /** Ends all, also those that were replaced; see `Listener.drain`. */
  async drain(timeoutMs: number): Promise<DrainResult[]> {
    const leaving = [...this.#leaving].map((one) => one.drain(timeoutMs));
    const ends = await Promise.all([
      ...this.#listeners.map((one) => one.drain(timeoutMs)),
      ...leaving,
    ]);
    await Promise.all(this.#left);
    return ends;
  }

  #retire(old: Listener, drainMs: number): void {
    this.#leaving.add(old);
    const left = old.retire(drainMs).then(() => {
      this.#leaving.delete(old);
      this.#left.delete(left);
    });
    this.#left.add(left);
  }
}

/** Where a listener listens, as a key. */
export function placeOf({ address, port }: Pick<ListenerConfig, "address" | "port">): string {
  return `${address} ${port}`;
}

function isAlike(one: ListenerConfig, other: ListenerConfig): boolean {
  return one.protocol === other.protocol;
}

async function boundBeside(
  present: ReadonlySet<string>,
  configs: readonly ListenerConfig[],
): Promise<ReadonlyMap<string, ListeningSocket>> {
  const sockets = new Map<string, ListeningSocket>();
  const missing = configs.filter((config) => !present.has(placeOf(config)));
  try {
    await settled(
      missing.map(async (config) => {
        sockets.set(placeOf(config), await ListeningSocket.bind(config));
      }),
    );
  } catch (error) {
    for (const socket of sockets.values()) socket.close();
    throw error;
  }
  return sockets;
}

/** @throws what the first of them failed with, once all are over */
async function settled(promises: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(promises);
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
