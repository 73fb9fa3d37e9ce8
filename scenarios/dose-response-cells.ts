import { addressStays } from "../chaos/dose-response/address-stays.ts";
import {
  doseText,
  freezeRhythmMs,
  mostFrozen,
  type DisturbanceId,
  type DoseCell,
  type DoseTimers,
} from "../chaos/dose-response/dose.ts";
import { afterDrawnDelay } from "../chaos/dose-response/drawn-delay.ts";
import { ownerAtFirst } from "../chaos/dose-response/owner-at-first.ts";
import { placebo } from "../chaos/dose-response/placebo.ts";
import { silenceMs, wantedSpans } from "../chaos/dose-response/prediction.ts";
import { WrongUse } from "../chaos/errors.ts";
import { losePackets } from "../chaos/faults/packet-faults.ts";
import { pauseNode } from "../chaos/faults/pause-node.ts";
import { starveCpu } from "../chaos/faults/starve-cpu.ts";
import { addressOwner } from "../chaos/faults/target.ts";
import type { FaultStep } from "../chaos/scenario.ts";
import { Duration } from "../stacks/constructs/duration.ts";
import { activePassive } from "../stacks/topologies/active-passive.ts";
import { addressMoves } from "./failover-events.ts";
import { freshLoad } from "./fresh-load.ts";

/** What all cells of a dose-response share. */
export interface DoseSetting {
  readonly disturbance: DisturbanceId;
  /** VRRP priorities of the two balancers, 1 to 254. */
  readonly priorities: readonly [number, number];
  /** How long each trial is disturbed. */
  readonly exposureMs: number;
}

/** Enough to see what clients lose, and little beside what is disturbed. */
const RATE_PER_SECOND = 100;
/** After the dose: what it set off comes within one advert, told a little later. */
const AFTER_MS = 200;

/**
 * Every dose under every timer, each on an active-passive topology.
 *
 * @param doses shares from 0 to 1; of `cpu` numbers of loops
 * @throws WrongUse when a dose or the exposure makes no sense with one of the timers
 */
export function doseCells(
  setting: DoseSetting,
  timers: readonly DoseTimers[],
  doses: readonly number[],
): readonly DoseCell[] {
  return timers.flatMap((one) => {
    check(setting, one, doses);
    return doses.map((dose) => doseCell(setting, one, dose));
  });
}

function doseCell(setting: DoseSetting, timers: DoseTimers, dose: number): DoseCell {
  const { disturbance, priorities, exposureMs } = setting;
  const { advertIntervalMs, downTimerAdverts } = timers;
  const parts = activePassive({
    advertInterval: Duration.millis(advertIntervalMs),
    downTimerAdverts,
    priorities,
  });
  const afterMs = advertIntervalMs + AFTER_MS;
  const amount =
    disturbance === "cpu" ? `${dose} busy loops` : `${disturbance} ${doseText("percent", dose)}`;
  return {
    id: `dose-${disturbance}-${advertIntervalMs}ms-${downTimerAdverts}-${disturbance === "cpu" ? dose : Number((dose * 100).toFixed(2))}`,
    title: `${amount}, ${advertIntervalMs} ms × ${downTimerAdverts}`,
    timers,
    dose,
    scenario: {
      sentence: `With ${amount} and nobody dead, the address stays where it is.`,
      topology: parts.topology,
      load: freshLoad(parts, { ratePerSecond: RATE_PER_SECOND }),
      steadyState: { durationMs: 300, deadlineMs: 10_000 + 20 * silenceOf(timers, priorities) },
      faults: stepsOf(setting, timers, dose),
      // All of it, however soon clients are well again: a recovery says nothing here.
      observeMs: afterMs,
      stableMs: afterMs,
      marks: addressMoves,
      predictions: [],
      objectives: [addressStays()],
      trials: 10,
      control: {
        without: "any advert that arrives",
        change: {
          faults: [
            {
              fault: losePackets(addressOwner, { share: 1 }),
              afterMs: 0,
              forMs: Math.max(exposureMs, silenceOf(timers, priorities)),
            },
          ],
        },
        mustFail: [addressStays().id],
      },
    },
  };
}

/** A dose, active for as long as the setting says. */
function stepsOf(
  { disturbance, exposureMs }: DoseSetting,
  timers: DoseTimers,
  dose: number,
): readonly FaultStep[] {
  const spans = wantedSpans(disturbance, timers, exposureMs, dose);
  if (dose === 0) {
    return spans.map((forMs) => ({ fault: placebo(addressOwner), afterMs: 0, forMs }));
  }
  switch (disturbance) {
    case "loss":
      return spans.map((forMs) => ({
        fault: losePackets(addressOwner, { share: dose }),
        afterMs: 0,
        forMs,
      }));
    case "freeze": {
      // The balancer sends an advert when it thaws: the delay draws the phase of the next freeze.
      const fault = afterDrawnDelay(pauseNode(ownerAtFirst()), timers.advertIntervalMs);
      return spans.map((forMs, index) => ({
        fault,
        afterMs: index === 0 ? 0 : freezeRhythmMs(timers) - forMs - timers.advertIntervalMs / 2,
        forMs,
      }));
    }
    case "cpu":
      return spans.map((forMs) => ({
        fault: starveCpu(addressOwner, { loops: dose }),
        afterMs: 0,
        forMs,
      }));
  }
}

function check(setting: DoseSetting, timers: DoseTimers, doses: readonly number[]): void {
  const { disturbance, exposureMs, priorities } = setting;
  const { advertIntervalMs, downTimerAdverts } = timers;
  const name = `${advertIntervalMs}ms/${downTimerAdverts}`;
  const least = Math.ceil(
    disturbance === "freeze" ? freezeRhythmMs(timers) : silenceOf(timers, priorities),
  );
  if (exposureMs < least) {
    throw new WrongUse(
      `An exposure of ${exposureMs} ms is too short for the timers ${name}: whatever the dose, nothing could move`,
      `Use --exposure ${least}ms or more.`,
    );
  }
  const most = disturbance === "freeze" ? mostFrozen(timers) : disturbance === "loss" ? 1 : 64;
  const wrong = doses.find(
    (dose) => !(dose >= 0 && dose <= most && (disturbance !== "cpu" || Number.isInteger(dose))),
  );
  if (wrong === undefined) return;
  throw new WrongUse(
    `A dose of ${disturbance === "cpu" ? wrong : `${wrong * 100} %`} cannot be given with the timers ${name}`,
    disturbance === "cpu"
      ? `Use whole numbers of loops from 0 to ${most}.`
      : `Use percentages from 0 to ${Math.floor(most * 100)}.`,
  );
}

function silenceOf(timers: DoseTimers, priorities: readonly [number, number]): number {
  return silenceMs(timers, Math.min(...priorities));
}
