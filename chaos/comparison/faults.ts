import { WrongUse } from "../errors.ts";
import type { ModelInput } from "../simulation/model.ts";
import { modelOf, ms, SET_UP } from "./set-up.ts";

/** Something that happens to the first backend, and what should come of it. */
export interface ComparedFault {
  readonly id: string;
  /** What happens, as a sentence. */
  readonly title: string;
  /** What a reader may expect, and why; the comparison shows whether it is so. */
  readonly hypothesis: string;
  readonly model: ModelInput;
}

type Condition = NonNullable<ModelInput["changes"]>[number]["becomes"];
/** What the first backend becomes, and how long after the fault began. */
type Course = readonly (readonly [afterMs: number, becomes: Condition])[];

/** How long the faults that come once stay. */
export const FAULT_MS = 5_000;
/** How much slower the slow backend is, and the cold one at first. */
export const SLOWER = { slow: 20, cold: 8 } as const;
/** When the killed backend is back, and in the recovery, whose caches are cold then. */
export const BACK_AFTER_MS = { kill: 4_000, recovery: 2_000 } as const;
/** The recovery's caches warm up from the first requests on, when its checks have passed. */
const WARM_UP_MS = { from: 3_200, until: 7_200 } as const;
/** A backend that flaps is bad for so long, then good for so long. */
export const FLAP = { badMs: 1_000, goodMs: 1_000, times: 3 } as const;

const COURSES: readonly (Omit<ComparedFault, "model"> & { readonly course: Course })[] = [
  {
    id: "slow-backend",
    title: `One backend works ${SLOWER.slow} times slower for ${FAULT_MS / 1000} s, and its checks pass.`,
    hypothesis:
      "Whoever counts requests in flight, or measures answers, sends a slow backend less; the others go on as before.",
    course: [
      [0, { kind: "slower", factor: SLOWER.slow }],
      [FAULT_MS, { kind: "normal" }],
    ],
  },
  {
    id: "fast-5xx",
    title: `One backend answers every request with an error within 1 ms for ${FAULT_MS / 1000} s, and its checks pass.`,
    hypothesis:
      "Whoever counts requests in flight takes a backend that fails fast for an idle one; those that measure answers count failures as slow.",
    course: [
      [0, { kind: "failing", time: ms(1) }],
      [FAULT_MS, { kind: "normal" }],
    ],
  },
  {
    id: "kill",
    title: `One backend is killed and comes back after ${BACK_AFTER_MS.kill / 1000} s.`,
    hypothesis:
      "What is refused or broken off is tried elsewhere, and checks take the backend out: hardly anybody is hurt, whatever the policy.",
    course: [
      [0, { kind: "gone" }],
      [BACK_AFTER_MS.kill, { kind: "normal" }],
    ],
  },
  {
    id: "flapping",
    title: `One backend answers errors, to checks too, for ${FLAP.badMs / 1000} s in every ${(FLAP.badMs + FLAP.goodMs) / 1000} s.`,
    hypothesis:
      "Checks are always late, twice; whoever counts requests in flight sends it most in the meantime.",
    course: Array.from(
      { length: FLAP.times },
      (_, turn) => turn * (FLAP.badMs + FLAP.goodMs),
    ).flatMap((at): Course => [
      [at, { kind: "failing", time: ms(1), seenByChecks: true }],
      [at + FLAP.badMs, { kind: "normal" }],
    ]),
  },
  {
    id: "recovery",
    title: `One backend is killed, comes back after ${BACK_AFTER_MS.recovery / 1000} s with cold caches, ${SLOWER.cold} times slower, and warms up.`,
    hypothesis:
      "Slow start spares whoever comes back, with every policy; those that see load need it least.",
    course: [
      [0, { kind: "gone" }],
      [BACK_AFTER_MS.recovery, { kind: "slower", factor: SLOWER.cold }],
      [WARM_UP_MS.from, { kind: "normal", over: ms(WARM_UP_MS.until - WARM_UP_MS.from) }],
    ],
  },
];

/** Every fault that policies are compared under. */
export const FAULTS: readonly ComparedFault[] = COURSES.map(({ course, ...fault }) => ({
  ...fault,
  model: modelOf(
    fault.title,
    course.map(([afterMs, becomes]) => ({ at: ms(SET_UP.beforeMs + afterMs), becomes })),
  ),
}));

/**
 * A fault by its id.
 *
 * @throws WrongUse that lists the known ids
 */
export function faultOf(id: string): ComparedFault {
  const found = FAULTS.find((fault) => fault.id === id);
  if (found !== undefined) return found;
  throw new WrongUse(
    `There is no fault "${id}" to compare policies under`,
    `Use one of: ${FAULTS.map((fault) => fault.id).join(", ")}.`,
  );
}
