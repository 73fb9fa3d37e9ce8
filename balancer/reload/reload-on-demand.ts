import { isNoChange, type Changes } from "./changes.ts";

/** What reads its configuration anew. */
export interface Reloadable {
  /** @throws when the new configuration is refused; the running one is untouched then */
  reload(by: string): Promise<Changes>;
}

/**
 * Makes a balancer read its configuration anew, and tells people what came of it.
 *
 * @param by who wants it: `SIGHUP`, `file`
 * @param tell receives one message
 */
export async function reloadAndTell(
  balancer: Reloadable,
  by: string,
  tell: (message: string) => void,
): Promise<void> {
  try {
    tell(`${by}: ${described(await balancer.reload(by))}`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    tell(`${by}: the running configuration is untouched. ${why}`);
  }
}

/** What has changed, in one sentence. */
function described(changes: Changes): string {
  if (isNoChange(changes)) return "the configuration is the same as before.";
  const { sections, ...groups } = changes;
  const parts = Object.entries(groups).flatMap(([what, { added, removed, changed }]) => {
    const counts = [
      ...(added.length > 0 ? [`${added.length} added`] : []),
      ...(removed.length > 0 ? [`${removed.length} removed`] : []),
      ...(changed.length > 0 ? [`${changed.length} changed`] : []),
    ];
    return counts.length > 0 ? [`${what} ${counts.join(", ")}`] : [];
  });
  return `the configuration is taken over: ${[...parts, ...sections.map((one) => `${one} changed`)].join("; ")}.`;
}
