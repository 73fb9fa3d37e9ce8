import { faultByCommand } from "./command/command-fault.ts";
import type { Command } from "./command/protocol.ts";
import type { Fault } from "./fault.ts";
import { nextNumber } from "./next-number.ts";
import type { Target } from "./target.ts";

const LOOK_EVERY_MS = 20;
/** How long the loops may take to get their first time. */
const FIRST_TIME_MS = 5_000;

const shell = (script: string, ...args: readonly (string | number)[]): Command => ({
  argv: ["sh", "-c", script, "sh", ...args.map(String)],
});

/** Starts so many loops for so many seconds each, and remembers them in a file. */
const START = `
for loop in $(seq "$2"); do
  timeout "$3" sh -c 'while :; do :; done' evenkeel-busy </dev/null >/dev/null 2>&1 &
  echo $! >> "$1"
done`;
/** Tells of each loop in the file for how many ticks it has run. */
const LOOK = `
for pid in $(cat "$1"); do
  loop=$(cat "/proc/$pid/task/$pid/children") || continue
  cut -d ' ' -f 14 "/proc/\${loop% }/stat"
done`;
const STOP = `
if [ -e "$1" ]; then kill $(cat "$1") 2>/dev/null; rm "$1"; fi`;

/**
 * Loops inside a node that never wait compete with its processes for the processor. A node has no
 * processor of its own: in a lab all nodes share the machine's, so with as many loops as cores everything
 * is slower, what measures too. Frozen slices of one process (`pauseProcess` and `timeSlices`) slow that
 * one alone.
 *
 * @param options.loops how many, at least 1
 * @param options.atMostMs they end by themselves after this time, whoever forgets them. @default 60000
 */
export function starveCpu(
  target: Target,
  options: { readonly loops: number; readonly atMostMs?: number },
): Fault {
  const { loops, atMostMs = 60_000 } = options;
  if (!Number.isInteger(loops) || loops < 1 || !(atMostMs > 0)) {
    throw new RangeError(
      `starveCpu: loops is ${loops}, atMostMs ${atMostMs}. Use a whole number from 1, and one above 0.`,
    );
  }
  const pids = `/run/evenkeel-starve-${nextNumber()}.pids`;
  return faultByCommand(target, {
    kind: "starve-cpu",
    holds: pids,
    title: `${loops} busy ${loops === 1 ? "loop" : "loops"} on`,
    undoTitle: "end the busy loops of",
    can: {
      command: shell("command -v timeout && command -v seq"),
      next: "It needs `timeout` and `seq` on the node.",
    },
    act: () => shell(START, pids, loops, atMostMs / 1_000),
    undo: shell(STOP, pids),
    verify: async ({ look, id }) => {
      const end = performance.now() + FIRST_TIME_MS;
      for (;;) {
        const ticks = (await look(shell(LOOK, pids))).output
          .split("\n")
          .filter((line) => /^\d+$/.test(line));
        const running = ticks.filter((count) => Number(count) > 0).length;
        if (running === loops || performance.now() >= end) {
          return {
            active: running === loops,
            evidence: `${id}: ${running} of ${loops} busy loops have had the processor`,
          };
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    },
  });
}
