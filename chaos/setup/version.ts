/** Dotted numbers, most significant first: `2.2.7` is [2, 2, 7]. */
export type Version = readonly number[];

/** The numbers of `text`, up to the first part that is none; null when it begins with none. */
export function parseVersion(text: string): Version | null {
  const match = /^v?(\d+(?:\.\d+)*)/.exec(text.trim());
  return match?.[1] === undefined ? null : match[1].split(".").map(Number);
}

/** Whether `version` is `minimum` or later. A part that is missing counts as 0. */
export function isAtLeast(version: Version, minimum: Version): boolean {
  for (let part = 0; part < Math.max(version.length, minimum.length); part += 1) {
    const difference = (version[part] ?? 0) - (minimum[part] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
