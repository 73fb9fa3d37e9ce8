import type { ListenerConfig } from "../config.ts";
import { listenerCounters, type ListenerCounters } from "./counters.ts";
import type { DrainResult, Listener, ListenerShared } from "./listener.ts";

/** A listener that is still being written. */
export class TcpListener implements Listener {
  readonly config: ListenerConfig;
  readonly counters: ListenerCounters = listenerCounters();

  constructor(config: ListenerConfig, _shared: ListenerShared) {
    this.config = config;
  }

  async start(): Promise<void> {}

  lameDuck(): void {}

  stopAccepting(): void {}

  async drain(_timeoutMs: number): Promise<DrainResult> {
    return { completed: 0, cut: 0 };
  }
}
