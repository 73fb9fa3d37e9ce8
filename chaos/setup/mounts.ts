import type { Machine } from "./machine.ts";

/** Mount points at or below a folder, the deepest first, as proc(5) lists them in mountinfo. */
export function mountsBelow(folder: string, mountinfo: string): readonly string[] {
  return mountinfo
    .split("\n")
    .map((line) => unescape(line.split(" ")[4] ?? ""))
    .filter((point) => point === folder || point.startsWith(`${folder}/`))
    .reverse();
}

/** Unmounts everything at or below a folder, so that it can be removed. */
export async function unmountBelow(folder: string, machine: Machine): Promise<void> {
  for (const point of mountsBelow(folder, machine.read("/proc/self/mountinfo") ?? "")) {
    await machine.run(["umount", "--lazy", point]);
  }
}

/** Blanks and the like are written as three octal digits. */
function unescape(point: string): string {
  return point.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
