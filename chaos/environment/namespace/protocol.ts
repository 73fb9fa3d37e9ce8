import type { TopologyNode } from "../../../stacks/topology.ts";
import type { NodeInspection, ToldSignal } from "../environment.ts";

/**
 * What runner and lab host say to each other: newline-delimited JSON on the host's standard input
 * and output. The host ends at end-of-file, so nothing survives the runner, however it dies.
 */

/** What the host is told when it starts: the first line. */
export interface LabPlan {
  readonly subnetPrefixLength: number;
  readonly nodes: readonly TopologyNode[];
  /** Per node: a folder of the machine that becomes `/run/evenkeel/log` on the node. */
  readonly logDirectories: Readonly<Record<string, string>>;
  /** PATH of every node. */
  readonly path: string;
}

/** Something the runner wants done on one node. */
export type LabAction =
  | { readonly kind: "start" }
  | { readonly kind: "kill"; readonly silent: boolean }
  | { readonly kind: "stop"; readonly graceMs: number }
  | { readonly kind: "pause" }
  | { readonly kind: "resume" }
  | { readonly kind: "inspect" }
  | { readonly kind: "isolate" }
  | { readonly kind: "rejoin" }
  | {
      readonly kind: "signal-process";
      readonly name: string;
      readonly signal: "SIGKILL" | "SIGSTOP" | "SIGCONT";
    }
  /** A signal to that process alone, not to its children. */
  | { readonly kind: "tell-process"; readonly name: string; readonly signal: ToldSignal }
  | {
      readonly kind: "spawn";
      readonly spawnId: number;
      readonly argv: readonly string[];
      readonly env: Readonly<Record<string, string>>;
    };

/** Lines of the runner. */
export type LabRequest =
  | {
      readonly id: number;
      readonly node: string;
      readonly action: LabAction;
      /** Act at this time on CLOCK_MONOTONIC. */
      readonly atNs: string | null;
    }
  | { readonly spawnId: number; readonly stdin: string | null }
  | { readonly spawnId: number; readonly signal: "SIGTERM" | "SIGKILL" };

/** Lines of the host. */
export type LabMessage =
  /** Bridge, namespaces and links stand; nodes are being started. */
  | { readonly kind: "network-ready"; readonly tookMs: number }
  | { readonly kind: "node-line"; readonly node: string; readonly line: string }
  | { readonly kind: "node-ended"; readonly node: string; readonly how: string }
  | {
      readonly kind: "spawn-line";
      readonly spawnId: number;
      readonly stream: "stdout" | "stderr";
      readonly line: string;
    }
  | {
      readonly kind: "spawn-ended";
      readonly spawnId: number;
      readonly code: number | null;
      readonly signal: string | null;
    }
  | {
      readonly kind: "result";
      readonly id: number;
      readonly monotonicNs: string;
      readonly uncertaintyNs: string;
      /** Of `inspect`. */
      readonly inspection?: NodeInspection;
    }
  | { readonly kind: "error"; readonly id: number; readonly message: string }
  | { readonly kind: "fatal"; readonly message: string };
