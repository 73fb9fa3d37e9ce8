import type { Stream, Toxic } from "../toxiproxy.ts";

/**
 * What the engine says to the program that drives Toxiproxy from inside the topology, and what it
 * answers: one JSON value a line. It runs in the client node, because only nodes reach Toxiproxy.
 */
export type ToxicsRequest =
  | {
      readonly id: number;
      readonly kind: "add";
      readonly link: string;
      readonly toxics: readonly {
        readonly name: string;
        readonly stream: Stream;
        readonly toxic: Toxic;
      }[];
      /** Act at this time on CLOCK_MONOTONIC. */
      readonly atNs: string | null;
    }
  | {
      readonly id: number;
      readonly kind: "remove";
      readonly link: string;
      readonly names: readonly string[];
    }
  /** Takes every toxic off every link. */
  | { readonly id: number; readonly kind: "remove-all" }
  /** Sends some bytes through a link and says whether anything came back in time. */
  | {
      readonly id: number;
      readonly kind: "canary";
      readonly address: string;
      readonly port: number;
      readonly send: string;
      readonly withinMs: number;
    };

/** Its answers; stamps are taken right before and after the call that did it. */
export type ToxicsAnswer =
  | { readonly kind: "ready" }
  | {
      readonly kind: "done";
      readonly id: number;
      readonly fromNs: string;
      readonly toNs: string;
      /** Of a canary: whether an answer came. */
      readonly answered?: boolean;
    }
  | { readonly kind: "failed"; readonly id: number; readonly message: string };
