import { isDeepStrictEqual } from "node:util";
import type { PoolConfig } from "../config.ts";
import { createPolicy } from "../selection/create-policy.ts";
import type { Policy } from "../selection/policy.ts";

/** The policy that a pool's configuration asks for, without candidates. */
export function policyFor({ policy, hashing, latency }: PoolConfig): Policy {
  return createPolicy(policy, {
    virtualNodes: hashing.virtualNodes,
    tableSize: hashing.tableSize,
    boundedLoad: hashing.boundedLoad,
    decayMs: latency.decay,
    failureMs: latency.failure,
  });
}

/** Whether two configurations pick alike, so that what a policy has learnt can be kept. */
export function picksAlike(one: PoolConfig, other: PoolConfig): boolean {
  return isDeepStrictEqual(selectionOf(one), selectionOf(other));
}

function selectionOf({ policy, hashing, latency, slowStart, hotKey }: PoolConfig): unknown {
  return { policy, hashing, latency, slowStart, hotKey };
}
