import { relative } from "node:path";

/** A path as short as it can be written from here. */
export function shownPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}
