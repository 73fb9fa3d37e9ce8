import type { PoolConfig } from "../config.ts";
import { murmur3 } from "../selection/hash.ts";
import type { HotKey } from "../selection/hot-keys.ts";

/** A hot key as people may see it. */
export interface ShownKey {
  /** Where it comes from: `client-ip`, `header`, … */
  readonly from: string;
  /** The key itself, or `#` and its hash where it may be a secret. */
  readonly key: string;
  /** Share of the requests, to three digits. */
  readonly share: number;
  readonly requests: number;
}

/** A hot key for events and the admin API: headers, cookies and parameters can be credentials. */
export function shownKey(config: PoolConfig, { key, share, requests }: HotKey): ShownKey {
  const from = config.policy === "source-ip-hash" ? "client-ip" : config.hashing.key.from;
  const isPublic = from === "client-ip" || from === "path";
  return {
    from,
    key: isPublic ? key : `#${murmur3(key, 0).toString(16).padStart(8, "0")}`,
    share: Math.round(share * 1000) / 1000,
    requests,
  };
}
