/** A node as others refer to it. */
export interface NodeReference {
  /** Id in the manifest. */
  readonly id: string;
  readonly address: string;
}

/** Where something is served. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Time that anything may take to become ready. */
export const READY_DEADLINE_MS = 10_000;

/** Port of listeners and backends: high, so that nobody needs a privilege for it. */
export const SERVICE_PORT = 8_080;
