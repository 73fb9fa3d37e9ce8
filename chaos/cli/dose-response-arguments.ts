import { InvalidArgumentError } from "commander";
import { parseDuration } from "../../balancer/index.ts";
import type { DisturbanceId, DoseTimers } from "../dose-response/dose.ts";

/** What `evenkeel dose-response` was told. */
export interface DoseResponseOptions {
  readonly disturbance: DisturbanceId;
  readonly doses?: readonly number[];
  readonly timers: readonly DoseTimers[];
  readonly trials: number;
  readonly exposure: number;
  readonly priorities: readonly [number, number];
  readonly budget?: number;
  readonly seed?: number;
  readonly out: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** What repeats a dose-response, or one dose of it. */
export function commandOf(
  { disturbance, trials, exposure, priorities: both, budget }: DoseResponseOptions,
  plan: {
    readonly seed: number;
    readonly timers: readonly DoseTimers[];
    readonly doses: readonly number[];
  },
): string {
  const named = plan.timers
    .map(({ advertIntervalMs, downTimerAdverts }) => `${advertIntervalMs}ms/${downTimerAdverts}`)
    .join(",");
  return [
    `npx evenkeel dose-response --disturbance ${disturbance} --doses ${plan.doses.join(",")}`,
    `--timers ${named} --trials ${trials} --exposure ${exposure}ms --priorities ${both.join(",")}`,
    ...(budget === undefined ? [] : [`--budget ${budget}ms`]),
    `--seed ${plan.seed}`,
  ].join(" ");
}

/** `0,20,40`: percentages, or numbers of loops; given again, more of them. */
export function doses(text: string, before: readonly number[] = []): readonly number[] {
  const wanted = text.split(",").map((one) => Number(one.trim() || NaN));
  if (wanted.every((one) => one >= 0 && one <= 100)) return [...before, ...wanted];
  throw new InvalidArgumentError("Use numbers from 0 to 100, separated by commas: 0,20,40.");
}

/** `100ms/3,1s/3`: advert interval and adverts missed. */
export function timers(text: string): readonly DoseTimers[] {
  return text.split(",").map((one) => {
    const [interval = "", adverts = "", ...rest] = one.trim().split("/");
    const advertIntervalMs = parseDuration(interval);
    const downTimerAdverts = Number(adverts);
    const good =
      rest.length === 0 &&
      advertIntervalMs !== undefined &&
      advertIntervalMs >= 10 &&
      advertIntervalMs <= 40_950 &&
      advertIntervalMs % 10 === 0 &&
      Number.isInteger(downTimerAdverts) &&
      downTimerAdverts >= 1 &&
      downTimerAdverts <= 100;
    if (good) return { advertIntervalMs, downTimerAdverts };
    throw new InvalidArgumentError(
      "Use an interval in whole centiseconds from 10ms to 40950ms, a slash, and 1 to 100 adverts: 100ms/3,1s/3.",
    );
  });
}

/** `2s`, in milliseconds. */
export function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new InvalidArgumentError("Use a time with its unit, above 0: 2s, 500ms, 5m.");
}

/** `250,240` */
export function priorities(text: string): readonly [number, number] {
  const [first, second, ...rest] = text.split(",").map(Number);
  const good = (one: number | undefined): one is number =>
    one !== undefined && Number.isInteger(one) && one >= 1 && one <= 254;
  if (good(first) && good(second) && first !== second && rest.length === 0) return [first, second];
  throw new InvalidArgumentError("Use two different whole numbers from 1 to 254: 250,240.");
}
