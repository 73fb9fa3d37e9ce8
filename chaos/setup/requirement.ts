import type { Machine } from "./machine.ts";
import type { Steps } from "./steps.ts";

/** What somebody may want to do on a machine. */
export const PURPOSES = ["demo", "test", "docker", "bench"] as const;
export type Purpose = (typeof PURPOSES)[number];

/** Package of each family of distributions that brings a program; absent where we are not sure. */
export interface Packages {
  readonly debian?: string;
  readonly fedora?: string;
  readonly arch?: string;
  readonly alpine?: string;
}

/** How setup may bring it. */
export type Installation =
  | {
      readonly kind: "package";
      readonly packages: Packages;
      /** Services that the Debian package starts and enables, though nobody here wants them. */
      readonly services?: readonly string[];
    }
  | {
      readonly kind: "brought";
      /** @returns null, or why it is still missing, as part of a sentence */
      bring(to: Bringing): Promise<string | null>;
    }
  | { readonly kind: "by-hand" };

/** What something is brought to a machine with. */
export interface Bringing {
  readonly machine: Machine;
  readonly steps: Steps;
  readonly signal?: AbortSignal | undefined;
}

/** One thing that a machine must have or be able to do. */
export interface Requirement {
  readonly id: string;
  readonly title: string;
  /** Reason of each purpose that needs it. */
  readonly neededFor: Readonly<Partial<Record<Purpose, string>>>;
  readonly installation: Installation;
  check(machine: Machine): Promise<Finding>;
}

/** What a check found. */
export type Finding =
  | {
      readonly state: "ready";
      /** Null where there is none, or it could not be read. */
      readonly version: string | null;
      readonly path: string | null;
    }
  | {
      readonly state: "missing" | "too-old" | "broken";
      readonly version: string | null;
      readonly path: string | null;
      /** What is wrong, as part of a sentence. */
      readonly problem: string;
      /** What to do by hand. */
      readonly next: string;
    };

/** A requirement and what was found of it. */
export interface Surveyed {
  readonly requirement: Requirement;
  readonly finding: Finding;
}

/** Checks all, side by side. */
export async function survey(
  requirements: readonly Requirement[],
  machine: Machine,
): Promise<readonly Surveyed[]> {
  return Promise.all(
    requirements.map(async (requirement) => ({
      requirement,
      finding: await requirement.check(machine),
    })),
  );
}

/** Those that stand in the way of one of the purposes. */
export function unmet(
  surveyed: readonly Surveyed[],
  purposes: readonly Purpose[],
): readonly Surveyed[] {
  return surveyed.filter(
    ({ requirement, finding }) =>
      finding.state !== "ready" && purposes.some((purpose) => requirement.neededFor[purpose]),
  );
}
