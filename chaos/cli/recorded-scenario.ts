import { FAILOVER_CELL_IDS, failoverCells } from "../../scenarios/failover-cells.ts";
import { WrongUse } from "../errors.ts";
import { deployedTimers } from "../failover/deployed-cells.ts";
import type { RunRecord } from "../report/record.ts";
import type { Scenario } from "../scenario.ts";
import { loadScenario, scenarioIds } from "./scenario-catalogue.ts";

/** What stands before the id of a cell in the runs of `evenkeel failover`. */
const CELL_PREFIX = "failover-";

type Recorded = Pick<RunRecord, "id" | "scenario" | "topology" | "command" | "fingerprint">;

/** A scenario as it is declared today, and what repeats its run by itself. */
export interface RecordedScenario {
  readonly scenario: Scenario;
  /** Absent: `evenkeel run` with its id does. */
  readonly command?: string;
}

/**
 * The scenario that a record names: one of the catalogue, or a cell of `evenkeel failover` with the timers
 * that the run had.
 *
 * @throws WrongUse when there is none of that name
 */
export async function recordedScenario(record: Recorded): Promise<RecordedScenario> {
  const { id } = record.scenario;
  if (scenarioIds().includes(id)) return { scenario: await loadScenario(id) };
  const cellId = FAILOVER_CELL_IDS.find((one) => id === `${CELL_PREFIX}${one}`);
  if (cellId !== undefined) {
    const [cell] = failoverCells(timersOf(record), [cellId]);
    if (cell !== undefined) return { scenario: cell.scenario, command: record.command };
  }
  const known = [...scenarioIds(), ...FAILOVER_CELL_IDS.map((one) => `${CELL_PREFIX}${one}`)];
  const told = `${record.id} ran the scenario ${id}`;
  if (!/ evenkeel (run|failover) /.test(` ${record.command} `)) {
    throw new WrongUse(
      `${told}, which is none of the catalogue`,
      `What made it repeats it: ${record.command}`,
    );
  }
  throw new WrongUse(
    `${told}, and there is none of that name any more`,
    `Check out the commit of the run (${record.fingerprint.commit ?? "unknown"}), or run one of: ${known.join(", ")}.`,
  );
}

/** The timers that a cell ran with. Which balancer had which priority is only in its command, in labs. */
function timersOf({ topology, command }: Recorded): Parameters<typeof failoverCells>[0] {
  const [, first, second] = / --priorities (\d+),(\d+)/.exec(command) ?? [];
  const timers = deployedTimers(topology, {});
  if (first === undefined || second === undefined) return timers;
  return { ...timers, priorities: [Number(first), Number(second)] };
}
