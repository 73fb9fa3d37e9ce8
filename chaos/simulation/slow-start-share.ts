const STEPS = 1_000;

/** One backend in its slow start among others of the same weight. */
export interface SlowStartCurve {
  /** Backends in all, the one included. */
  readonly backends: number;
  readonly aggression: number;
  readonly minimumWeight: number;
}

/**
 * The share of the requests that a backend is due in a part of its slow start, when all backends have
 * the same weight and requests come evenly: the mean of w / (backends − 1 + w), where w is
 * max(minimum, age^(1 / aggression)).
 *
 * @param from where the part begins, as a share of the window from 0 to 1
 * @param to where it ends, likewise; the same gives the share at that age
 * @see Envoy, slow start
 */
export function slowStartShare(
  { backends, aggression, minimumWeight }: SlowStartCurve,
  from: number,
  to: number,
): number {
  const shareAt = (age: number): number => {
    const weight = Math.max(minimumWeight, age ** (1 / aggression));
    return weight / (backends - 1 + weight);
  };
  if (from === to) return shareAt(from);
  let sum = 0;
  for (let step = 0; step < STEPS; step += 1) {
    sum += shareAt(from + ((step + 0.5) / STEPS) * (to - from));
  }
  return sum / STEPS;
}
