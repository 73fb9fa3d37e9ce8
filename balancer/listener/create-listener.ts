import type { ListenerConfig } from "../config.ts";
import { HttpListener } from "./http-listener.ts";
import type { Listener, ListenerShared } from "./listener.ts";
import { TcpListener } from "./tcp-listener.ts";

/** The listener that a configuration asks for; it does nothing before `start`. */
export function createListener(config: ListenerConfig, shared: ListenerShared): Listener {
  return config.protocol === "http"
    ? new HttpListener(config, shared)
    : new TcpListener(config, shared);
}
