import type { Stream, Toxic } from "../toxiproxy.ts";
import type { CanaryLook, CanaryQuestion } from "./canary.ts";

/**
 * What the engine says to the program that drives Toxiproxy from inside the topology, and what it
 * answers: one JSON value a line. It runs in the client node, because only nodes reach Toxiproxy.
 */
export type ToxicsRequest =
  | {
      readonly id: number;
      readonly kind: "add";
      readonly link: string;
      readonly toxics: readonly NamedToxic[];
      /** Act at this time on CLOCK_MONOTONIC. */
      readonly atNs: string | null;
    }
  | {
      readonly id: number;
      readonly kind: "remove";
      readonly link: string;
      readonly names: readonly string[];
    }
  /** A link that is disabled refuses connections, and closes those that it carried. */
  | {
      readonly id: number;
      readonly kind: "set-enabled";
      readonly link: string;
      readonly enabled: boolean;
      readonly atNs: string | null;
    }
  /** Takes every toxic off every link, and enables all of them. */
  | { readonly id: number; readonly kind: "remove-all" }
  /** Sends some bytes through a link and tells what came of it. */
  | ({ readonly id: number; readonly kind: "canary" } & CanaryQuestion);

/** A toxic with the name under which it can be removed, and the way the bytes flow. */
export interface NamedToxic {
  readonly name: string;
  readonly stream: Stream;
  readonly toxic: Toxic;
}

/** Its answers; stamps are taken right before and after the call that did it. */
export type ToxicsAnswer =
  | { readonly kind: "ready" }
  | {
      readonly kind: "done";
      readonly id: number;
      readonly fromNs: string;
      readonly toNs: string;
      /** Of a canary: what it met. */
      readonly look?: CanaryLook;
    }
  | { readonly kind: "failed"; readonly id: number; readonly message: string };
