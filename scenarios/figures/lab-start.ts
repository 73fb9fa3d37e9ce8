import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NamespaceEnvironment } from "../../chaos/environment/namespace/namespace-environment.ts";
import { buildBundles } from "../../chaos/setup/bundles.ts";
import { COMPILE_CACHE_DIRECTORY } from "../../chaos/setup/paths.ts";
import { summarize } from "../../chaos/statistics/summary.ts";
import { activePassive } from "../../stacks/topologies/active-passive.ts";
import { digits, type Figure } from "./figure.ts";

const STARTS = 8;
const COLD_MS = 1_500;
const WARM_MS = 800;
const NETWORK_MS = 50;

/** How long the flagship's lab takes from nothing to every readiness check green. */
export async function measureLabStart(): Promise<Figure> {
  const cold: Start[] = [];
  const warm: Start[] = [];
  for (let index = 0; index < STARTS; index += 1) {
    await rm(COMPILE_CACHE_DIRECTORY, { recursive: true, force: true });
    cold.push(await startOnce({ bundling: true }));
    // The start before has filled the cache again.
    warm.push(await startOnce({ bundling: false }));
  }
  const row = (what: string, values: readonly number[], limit: number) => {
    const summary = summarize(values);
    return {
      what,
      wanted: `at most ${limit}`,
      measured: `median ${digits(summary?.median, 0)}, ${digits(summary?.min, 0)} to ${digits(summary?.max, 0)} (N=${values.length})`,
      held: (summary?.median ?? Infinity) <= limit,
    };
  };
  return {
    title: "Start of a lab",
    rows: [
      row(
        "flagship, cold: bundling its programs, compile cache empty",
        cold.map(({ readyMs }) => readyMs),
        COLD_MS,
      ),
      row(
        "flagship, warm: bundles made, compile cache filled",
        warm.map(({ readyMs }) => readyMs),
        WARM_MS,
      ),
      row(
        "of which bridge, namespaces and links",
        [...cold, ...warm].map(({ networkMs }) => networkMs),
        NETWORK_MS,
      ),
    ],
    method:
      "From the call of `deploy` to every process ready, one master, its peer in backup, and an answer to the client on the floating address. Cold and warm alternate; cold bundles every program first, which counts, and deletes Node's compile cache, which does not. The median is judged.",
  };
}

interface Start {
  readonly readyMs: number;
  readonly networkMs: number;
}

async function startOnce({ bundling }: { readonly bundling: boolean }): Promise<Start> {
  const logDirectory = await mkdtemp(join(tmpdir(), "evenkeel-figures-"));
  try {
    const begin = performance.now();
    // Beside those that labs run, which other runs of this checkout may be using.
    if (bundling) await buildBundles(join(logDirectory, "bundles"));
    await using deployment = await new NamespaceEnvironment({ logDirectory }).deploy(
      activePassive().topology,
    );
    return { readyMs: performance.now() - begin, networkMs: deployment.networkMs ?? NaN };
  } finally {
    await rm(logDirectory, { recursive: true, force: true });
  }
}
