import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { thisMachine, type Machine } from "../../../chaos/setup/machine.ts";

/** A folder of shell scripts that stand for programs; the only folder on the machine's PATH. */
export interface FakePrograms extends AsyncDisposable {
  readonly folder: string;
  readonly machine: Machine;
  /** Adds or replaces one. The script has no PATH but this folder: absolute names only. */
  add(name: string, script: string): Promise<void>;
}

export async function fakePrograms(
  programs: Readonly<Record<string, string>>,
  overrides: Partial<Machine> = {},
): Promise<FakePrograms> {
  const folder = await mkdtemp(join(tmpdir(), "evenkeel-programs-"));
  const add = async (name: string, script: string): Promise<void> =>
    writeFile(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  for (const [name, script] of Object.entries(programs)) await add(name, script);
  return {
    folder,
    machine: { ...thisMachine(folder), ...overrides },
    add,
    [Symbol.asyncDispose]: async () => rm(folder, { recursive: true, force: true }),
  };
}

/** A machine whose small files are these, and no others. */
export function filesOf(files: Readonly<Record<string, string>>): Machine["read"] {
  return (file) => files[file] ?? null;
}
