/** Names of the images that `npm run images` builds: what runs on a node, by what its role needs. */
export const IMAGE_NAMES = {
  /** Balancer, backend and client. */
  node: "evenkeel/node:dev",
  /** Session store. */
  redis: "evenkeel/redis:dev",
  /** Fault proxy. */
  toxiproxy: "evenkeel/toxiproxy:dev",
} as const;
