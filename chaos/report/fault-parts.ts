import type { FaultPart, FaultRecord } from "./record.ts";

/** What a fault did to whom: its parts if it consists of several, otherwise itself. */
export function partsOf({ kind, target, parts }: FaultRecord): readonly FaultPart[] {
  return parts ?? [{ kind, target }];
}
