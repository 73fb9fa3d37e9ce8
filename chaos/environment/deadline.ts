/**
 * Awaits something, but not for ever. What is late is let go of: it may still end, unheard.
 *
 * @param late makes the error that says what did not happen in time
 * @throws what was awaited throws, or what `late` makes
 */
export async function within<T>(
  awaited: Promise<T>,
  deadlineMs: number,
  late: () => Error,
): Promise<T> {
  const deadline = Promise.withResolvers<never>();
  const timer = setTimeout(() => deadline.reject(late()), deadlineMs);
  try {
    return await Promise.race([awaited, deadline.promise]);
  } finally {
    clearTimeout(timer);
  }
}
