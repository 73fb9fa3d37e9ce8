import type { Machine } from "./machine.ts";
import type { Finding } from "./requirement.ts";
import { isAtLeast, parseVersion } from "./version.ts";

/** How a program is recognised. */
export interface ProgramCheck {
  /** Names under which it goes; the first one found is asked for its version. */
  readonly names: readonly string[];
  /** Further programs that the same package brings and that must be there too. */
  readonly along?: readonly string[];
  /** Arguments that make it tell its version. */
  readonly versionArgs: readonly string[];
  /** Finds the version, its first group, in what it says. */
  readonly version: RegExp;
  /** Oldest version that is known to work. */
  readonly atLeast: string;
  /** What to do when it is missing or too old. */
  readonly next: string;
}

/** Looks for a program and asks it for its version. A version in an unknown form is accepted. */
export async function checkProgram(check: ProgramCheck, machine: Machine): Promise<Finding> {
  const { next } = check;
  const path = check.names.map((name) => machine.find(name)).find((found) => found !== null);
  const absent = [
    ...(path === undefined ? [check.names.join(" or ")] : []),
    ...(check.along ?? []).filter((name) => machine.find(name) === null),
  ];
  if (path === undefined || path === null || absent.length > 0) {
    const problem = `${absent.join(", ")} not found on PATH`;
    return { state: "missing", version: null, path: null, problem, next };
  }

  const { code, output } = await machine.run([path, ...check.versionArgs]);
  const version = check.version.exec(output)?.[1] ?? null;
  if (version === null && code !== 0) {
    const problem = `${path} does not tell its version: ${lastLine(output)}`;
    return { state: "broken", version, path, problem, next };
  }
  const parsed = version === null ? null : parseVersion(version);
  if (parsed !== null && !isAtLeast(parsed, parseVersion(check.atLeast) ?? [])) {
    const problem = `${path} is version ${version}, and ${check.atLeast} or later is needed`;
    return { state: "too-old", version, path, problem, next };
  }
  return { state: "ready", version, path };
}

/** Last line that says something, without its full stop: a program's reason stands there as a rule. */
export function lastLine(output: string): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  return (
    lines
      .at(-1)
      ?.trim()
      .replace(/[.?!]+$/, "") ?? "(it said nothing)"
  );
}
