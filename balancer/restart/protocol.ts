import type { HandedDown, KnownRole } from "./handed-down.ts";

/**
 * What a process and its successor say to each other over the channel between them.
 *
 *   old                              new
 *    │── inherit ─────────────────────►│  reads its configuration, checks its pools
 *    │◄───────────────────── prepared ─│
 *    │── yours ───────────────────────►│  admin socket and notify fifo are free: it opens them
 *    │◄──────────────────────── opened ─│
 *    │── socket, socket, … then begin ►│  accepts
 *    │◄───────────────────────── ready ─│
 *    │ stops accepting, finishes, exits │
 *
 * The listening sockets come last: a successor that fails before has accepted nobody, and whoever has
 * come through a shared socket to a process that ends is lost.
 */
export type ToSuccessor =
  /** Places (`address port`) that are listened on, and what must not be forgotten. */
  | { readonly kind: "inherit"; readonly places: readonly string[]; readonly state: HandedDown }
  | { readonly kind: "yours"; readonly role: KnownRole }
  /** A listening socket comes with it. */
  | { readonly kind: "socket"; readonly place: string }
  | { readonly kind: "begin" };

/** What a successor says. */
export type ToPredecessor =
  /** Places where it will listen; of those that it was told it gets the sockets. */
  | { readonly kind: "prepared"; readonly wanted: readonly string[] }
  | { readonly kind: "opened" }
  | { readonly kind: "ready" };

/** Set in the environment of a successor. */
export const SUCCESSOR_VARIABLE = "EVENKEEL_SUCCESSOR";
