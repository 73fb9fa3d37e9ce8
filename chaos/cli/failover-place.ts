import { join, resolve } from "node:path";
import {
  FAILOVER_CELL_IDS,
  failoverCells,
  type FailoverCellId,
} from "../../scenarios/failover-cells.ts";
import type { Topology } from "../../stacks/topology.ts";
import { DockerEnvironment } from "../environment/docker/docker-environment.ts";
import { Engine } from "../environment/docker/engine.ts";
import { deployedTopology, requireDeployed } from "../environment/docker/require-deployed.ts";
import type { Environment } from "../environment/environment.ts";
import { NamespaceEnvironment } from "../environment/namespace/namespace-environment.ts";
import { WrongUse } from "../errors.ts";
import type { FailoverCell } from "../failover/cell.ts";
import { cellsOn, deployedTimers, requirePossible } from "../failover/deployed-cells.ts";
import type { FailoverRecord } from "../failover/record.ts";
import { requireLab } from "../setup/lab-requirements.ts";
import { thisMachine } from "../setup/machine.ts";
import { PROJECT_ROOT } from "../setup/paths.ts";

type Timers = FailoverRecord["timers"];

const DEFAULT_TIMERS: Timers = { advertIntervalMs: 100, priorities: [250, 240] };
/** Of the topology of every cell. */
const DEFAULT_TOPOLOGY = "active-passive";

/** What was asked for. */
export interface WantedPlace {
  readonly environment: Environment["kind"];
  /** Id of the deployed topology. */
  readonly topology: string | undefined;
  /** Cells that were named; none: all that are possible. */
  readonly faults: readonly FailoverCellId[];
  readonly asked: Partial<Timers>;
}

/** Where cells are run, with what, and which. */
export interface FailoverPlace {
  readonly kind: Environment["kind"];
  readonly timers: Timers;
  readonly cells: readonly FailoverCell[];
  readonly left: FailoverRecord["left"];
  /** The part of a command that repeats it. */
  readonly words: string;
  /** @throws what the environment lacks */
  readonly require: () => Promise<void>;
  readonly environment: (logDirectory: string) => Environment;
}

/**
 * Where cells are run: in labs with the timers that are asked for, or on what is deployed, with the
 * timers that it has and those cells whose topology it is.
 *
 * @param deployed the manifest of a deployed topology. @default what the engine says
 * @throws WrongUse when what is deployed does not fit; LabError when it is not there
 */
export async function failoverPlace(
  wanted: WantedPlace,
  deployed: (id: string) => Promise<Topology> = (id) => deployedTopology(new Engine(), id),
): Promise<FailoverPlace> {
  const { environment, topology, faults, asked } = wanted;
  const ids = FAILOVER_CELL_IDS.filter((id) => faults.length === 0 || faults.includes(id));
  if (environment === "docker")
    return onDocker(topology ?? DEFAULT_TOPOLOGY, ids, wanted, deployed);
  if (topology !== undefined) {
    throw new WrongUse(
      `--topology ${topology} names a deployed topology, and the environment is ${environment}`,
      "Add --environment docker, or leave it out.",
    );
  }
  const timers = { ...DEFAULT_TIMERS, ...asked };
  const cells = failoverCells(timers, ids);
  return {
    kind: environment,
    timers,
    cells,
    left: [],
    words: `--advert ${timers.advertIntervalMs}ms --priorities ${timers.priorities.join(",")}`,
    require: () =>
      requireLab(
        cells.map(({ scenario }) => scenario.topology),
        thisMachine(),
      ),
    environment: (logDirectory) => new NamespaceEnvironment({ logDirectory }),
  };
}

async function onDocker(
  topologyId: string,
  ids: readonly FailoverCellId[],
  { faults, asked }: WantedPlace,
  deployed: (id: string) => Promise<Topology>,
): Promise<FailoverPlace> {
  const pair = await deployed(topologyId);
  const timers = deployedTimers(pair, asked);
  const found = cellsOn(pair, failoverCells(timers, ids));
  const cells = requirePossible(found, faults);
  return {
    kind: "docker",
    timers,
    cells,
    left: found.left,
    words: `--environment docker --topology ${topologyId}`,
    require: () =>
      requireDeployed(
        new Engine(),
        topologyId,
        cells.map(({ scenario }) => scenario.topology),
        PROJECT_ROOT,
      ),
    environment: (logDirectory) =>
      new DockerEnvironment({
        logDirectory,
        topologyId,
        // The folder of the run is two above that of a trial's logs.
        lease: { root: PROJECT_ROOT, journal: resolve(join(logDirectory, "../../journal.ndjson")) },
      }),
  };
}
