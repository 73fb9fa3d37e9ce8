import { EXIT, type ExitCode } from "../exit-code.ts";
import { installDebianPackages } from "./debian.ts";
import { familyOf, installCommand, type Family } from "./distribution.ts";
import type { Machine } from "./machine.ts";
import { survey, unmet, type Purpose, type Requirement, type Surveyed } from "./requirement.ts";
import type { Steps } from "./steps.ts";

export interface SetUp {
  readonly purpose: Purpose;
  readonly requirements: readonly Requirement[];
  readonly machine: Machine;
  readonly steps: Steps;
  readonly signal?: AbortSignal;
  /** Taken while something is brought, so that no two set-ups bring the same. @default none */
  readonly lock?: () => Promise<AsyncDisposable>;
}

/**
 * Brings a machine to where one purpose works, and says what it does and why. Runs as often as
 * one likes: what is there is left alone.
 */
export async function setUp(options: SetUp): Promise<ExitCode> {
  const { purpose, machine, steps, signal } = options;
  const interrupted = (): boolean => signal?.aborted === true;
  const needed = options.requirements.filter(({ neededFor }) => neededFor[purpose] !== undefined);
  let before = await survey(needed, machine);
  // A terminal's Ctrl-C has ended the checks too: what they found says nothing.
  if (interrupted()) return EXIT.interrupted;
  await using _ = unmet(before, [purpose]).length === 0 ? null : await options.lock?.();
  // Whoever held the lock may have brought it.
  if (options.lock !== undefined) before = await survey(needed, machine);
  const missing = unmet(before, [purpose]);
  if (missing.length === 0) {
    steps.done(`This machine has everything for ${purpose}: ${inventory(before)}`);
    return EXIT.pass;
  }

  for (const { requirement, finding } of missing) {
    if (finding.state === "ready") continue;
    steps.doing(`${requirement.title} ${requirement.neededFor[purpose]}; ${finding.problem}`);
  }
  const said = [
    await bringPackages(missing, options),
    ...(await bringOthers(missing, options)),
  ].filter((problem) => problem !== null);
  if (interrupted()) return EXIT.interrupted;

  const after = await survey(needed, machine);
  const left = unmet(after, [purpose]);
  for (const { requirement, finding } of after) {
    const was = missing.some((one) => one.requirement === requirement);
    if (was && finding.state === "ready") {
      steps.done(`${requirement.title}${finding.version === null ? "" : ` ${finding.version}`}`);
    }
  }
  for (const problem of said) steps.failed(problem);
  for (const { requirement, finding } of left) {
    if (finding.state === "ready") continue;
    steps.failed(`${requirement.title}: ${finding.problem}. ${finding.next}`);
  }
  if (left.length === 0) return EXIT.pass;
  const command = commandFor(left, machine);
  if (command !== null) steps.failed(`All packages at once: ${command}`);
  return EXIT.usage;
}

/** `keepalived 2.2.7, Redis 7.0.15`: what has a version, with it. */
function inventory(surveyed: readonly Surveyed[]): string {
  return surveyed
    .flatMap(({ requirement, finding }) =>
      finding.version === null ? [] : [`${requirement.title} ${finding.version}`],
    )
    .join(", ");
}

/** @returns null, or why the packages are still missing */
async function bringPackages(
  missing: readonly Surveyed[],
  { machine, steps, signal }: SetUp,
): Promise<string | null> {
  const family = familyOf(machine);
  const packages = family === null ? [] : packagesOf(missing, family);
  // Elsewhere, and for ordinary users, the command is printed instead.
  if (family !== "debian" || packages.length === 0 || machine.uid !== 0) return null;
  if (machine.find("apt-get") === null || signal?.aborted === true) return null;
  steps.doing(`apt-get installs ${packages.join(", ")}; their services stay stopped`);
  const services = missing.flatMap(({ requirement: { installation } }) =>
    installation.kind === "package" ? (installation.services ?? []) : [],
  );
  return installDebianPackages(machine, { packages, services }, signal);
}

/** Brings what no package brings, one after another: each may need the one before. */
async function bringOthers(
  missing: readonly Surveyed[],
  { machine, steps, signal }: SetUp,
): Promise<readonly string[]> {
  const said: string[] = [];
  for (const { requirement } of missing) {
    const { installation, title } = requirement;
    if (installation.kind !== "brought" || signal?.aborted === true) continue;
    // It may have come along with something else.
    if ((await requirement.check(machine)).state === "ready") continue;
    const problem = await installation.bring({ machine, steps, signal });
    if (problem !== null) said.push(`${title} was not brought: ${problem}`);
  }
  return said;
}

/** The one command that brings everything a package can bring; null when there is none. */
function commandFor(missing: readonly Surveyed[], machine: Machine): string | null {
  const family = familyOf(machine);
  if (family === null) return null;
  const packages = packagesOf(missing, family);
  return packages.length === 0 ? null : installCommand(family, packages, machine.uid);
}

function packagesOf(missing: readonly Surveyed[], family: Family): readonly string[] {
  const names = missing.flatMap(({ requirement: { installation } }) =>
    installation.kind === "package" ? (installation.packages[family]?.split(" ") ?? []) : [],
  );
  return [...new Set(names)];
}
