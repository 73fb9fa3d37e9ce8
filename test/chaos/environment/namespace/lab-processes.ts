import { readdirSync, readFileSync } from "node:fs";

/** A process as /proc shows it; its start time tells it from a later one of the same number. */
export interface Seen {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  /** In clock ticks since the machine started. */
  readonly startTime: string;
  readonly command: string;
}

/** Every process of this machine that has not ended; zombies have. */
export function allProcesses(): Seen[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        // The name in parentheses may contain anything.
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        const [state, parent, , session] = fields;
        if (state === "Z" || state === "X") return [];
        return {
          pid: Number(pid),
          parent: Number(parent),
          session: Number(session),
          startTime: fields[19] ?? "",
          command: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim(),
        };
      } catch {
        return []; // It ended while we looked.
      }
    });
}

/** A lab's processes: its outermost one leads a session of its own, and everything descends from it. */
export function labProcesses(outermost: number): Seen[] {
  const all = allProcesses();
  const members = new Set([outermost]);
  for (let before = 0; before !== members.size;) {
    before = members.size;
    for (const { pid, parent, session } of all) {
      if (members.has(parent) || session === outermost) members.add(pid);
    }
  }
  return all.filter(({ pid }) => members.has(pid));
}

/** Those of them that still run. */
export function survivors(of: readonly Seen[]): Seen[] {
  const running = new Set(allProcesses().map(({ pid, startTime }) => `${pid} ${startTime}`));
  return of.filter(({ pid, startTime }) => running.has(`${pid} ${startTime}`));
}
