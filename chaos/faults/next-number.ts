let last = 0;

/**
 * A number that no other fault of this process has: what a fault leaves behind is named by it, so that
 * several of a kind can be on one target, and each heals its own.
 */
export function nextNumber(): number {
  last += 1;
  return last;
}
