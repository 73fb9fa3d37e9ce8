import type { Machine } from "./machine.ts";
import { checkProgram, type ProgramCheck } from "./program.ts";
import type { Finding, Packages, Requirement } from "./requirement.ts";

/** A program that a package of the distribution brings. */
export interface PackagedProgram {
  readonly neededFor: Requirement["neededFor"];
  readonly packages: Packages;
  /** Services that the Debian package starts and enables. @default none */
  readonly services?: readonly string[];
  /** How it is recognised; what to do without it follows from the packages. */
  readonly check: Omit<ProgramCheck, "next">;
}

/** The requirement of a program that a package brings. */
export function packagedProgram(
  id: string,
  title: string,
  { neededFor, packages, services, check: recognised }: PackagedProgram,
): Requirement {
  const check: ProgramCheck = { ...recognised, next: byHand(packages) };
  return {
    id,
    title,
    neededFor,
    installation: {
      kind: "package",
      packages,
      ...(services === undefined ? {} : { services }),
    },
    check: async (machine) => checkProgram(check, machine),
  };
}

/** A requirement that looks again at what it has found. */
export function withFurtherCheck(
  requirement: Requirement,
  further: (machine: Machine, found: Finding) => Promise<Finding>,
): Requirement {
  return {
    ...requirement,
    check: async (machine) => further(machine, await requirement.check(machine)),
  };
}

/** Names the packages: `Install the package tini (Debian, Fedora) or …`. */
function byHand(packages: Packages): string {
  const families = [
    ["Debian, Ubuntu", packages.debian],
    ["Fedora", packages.fedora],
    ["Arch", packages.arch],
    ["Alpine", packages.alpine],
  ] as const;
  const byName = new Map<string, string[]>();
  for (const [family, name] of families) {
    if (name !== undefined) byName.set(name, [...(byName.get(name) ?? []), family]);
  }
  const listed = [...byName].map(([name, of]) => `${name} (${of.join(", ")})`);
  return `Install the package ${listed.join(" or ")}.`;
}
