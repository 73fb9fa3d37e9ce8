/**
 * When checks begin. The first round runs at once, so that a start is quick; the second one is
 * spread evenly over the interval, so that the backends of a pool are not checked in step; from
 * then on each backend keeps its own time, with jitter, so that several balancers do not fall
 * into step either. All times are monotonic milliseconds.
 */

/**
 * When the second check of a backend begins.
 *
 * @param firstAt when its first check began
 * @param position the backend's place in the pool, from 0
 * @param count backends in the pool
 */
export function secondCheckAt(
  firstAt: number,
  intervalMs: number,
  position: number,
  count: number,
): number {
  return firstAt + (intervalMs * (position + 1)) / count;
}

/**
 * When the check after a later one begins: an interval from begin to begin, stretched or shrunk
 * by up to `jitter` of it.
 *
 * @param beganAt when the last check began
 * @param jitter 0 to 0.5
 * @param random uniform in [0, 1)
 */
export function nextCheckAt(
  beganAt: number,
  intervalMs: number,
  jitter: number,
  random: () => number,
): number {
  return beganAt + intervalMs * (1 + jitter * (2 * random() - 1));
}
