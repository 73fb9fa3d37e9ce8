import type { NumberFormat } from "../format.ts";
import { descend, segment } from "../reference.ts";
import type { RunRecord } from "../record.ts";

/** Something that is not the same in both runs. */
export interface Setting {
  readonly name: string;
  /** JSON pointer into either record. */
  readonly pointer: string;
  readonly format: NumberFormat | "text";
}

const SETTINGS: readonly Setting[] = [
  { name: "seed", pointer: "/seed", format: "plain" },
  { name: "trials planned", pointer: "/trialsPlanned", format: "count" },
  { name: "sentence", pointer: "/scenario/sentence", format: "text" },
  { name: "load, requests a second", pointer: "/load/ratePerSecond", format: "count" },
  { name: "load, target", pointer: "/load/target", format: "text" },
  { name: "connect timeout", pointer: "/load/connectTimeoutMs", format: "ms" },
  { name: "total timeout", pointer: "/load/totalTimeoutMs", format: "ms" },
  { name: "environment", pointer: "/fingerprint/environment", format: "text" },
  { name: "commit", pointer: "/fingerprint/commit", format: "text" },
  { name: "sources as committed", pointer: "/fingerprint/clean", format: "text" },
  { name: "kernel", pointer: "/fingerprint/kernel", format: "text" },
  { name: "processors", pointer: "/fingerprint/cpus", format: "count" },
  { name: "processor", pointer: "/fingerprint/cpuModel", format: "text" },
  { name: "memory", pointer: "/fingerprint/memoryBytes", format: "bytes" },
  { name: "user", pointer: "/fingerprint/user", format: "text" },
  { name: "Node", pointer: "/fingerprint/node", format: "text" },
  { name: "load average", pointer: "/fingerprint/loadAverage1m", format: "slope" },
  { name: "stolen by the hypervisor", pointer: "/fingerprint/stealShare", format: "percent" },
];

/** What the runs ran on and with, as far as it differs. */
export function settingsOf(first: RunRecord, second: RunRecord): readonly Setting[] {
  const named = ["programs", "sysctls"] as const;
  const all = [
    ...SETTINGS,
    ...named.flatMap((group) => {
      const names = [first, second].flatMap((run) => Object.keys(run.fingerprint[group]));
      return [...new Set(names)].map((name): Setting => ({
        name,
        pointer: `/fingerprint/${group}/${segment(name)}`,
        format: "text",
      }));
    }),
  ];
  return all.filter(({ pointer }) => descend(first, pointer) !== descend(second, pointer));
}
