/**
 * Every default of the balancer's configuration, once. Durations and sizes as people write them.
 */
export const DEFAULTS = {
  /** Wildcard, so that a floating address that arrives later is served too. */
  listenAddress: "0.0.0.0",
  policy: "round-robin",
  weight: 1,
  /** How requests are hashed, by the policies that do. */
  hashing: {
    key: "client-ip",
    /** As many as nginx has; the largest share is then about 1.2 times the mean. */
    virtualNodes: 160,
    /** The smaller size of the Maglev paper; good for 600 backends. */
    tableSize: 65_537,
    /** The bound of the paper's practical examples. */
    boundedLoad: 1.25,
  },
  /** How response times are averaged, by the policies that do. */
  latency: {
    decay: "10s",
    /** What a failure counts as at least. */
    failure: "10ms",
  },
  slowStart: { window: "30s", aggression: 1, minimumWeight: 0.1 },
  /** A key with more than this share of a window's requests is told. */
  hotKey: { share: 0.25, window: "10s" },
  discovery: { record: "A", interval: "10s", timeout: "2s" },
  healthCheck: {
    method: "GET",
    path: "/readyz",
    interval: "2s",
    timeout: "1s",
    rise: 2,
    fall: 3,
    /** Each interval is stretched or shrunk by up to this share, so that checks never run in step. */
    jitter: 0.1,
    initialState: "pending",
    expectedStatus: [200],
    /** None: a status that is not expected is a failure. */
    drainStatus: [],
  },
  /** Whole-pool hold: a shared dependency must not empty the pool. */
  hold: { enabled: true, duration: "60s", minimumBackends: 3 },
  /** What a backend that is taken out has in flight may last that long, as at AWS. */
  drain: { deadline: "5m" },
  /** How live traffic takes backends out, in a pool that asks for it. */
  outlierDetection: {
    /** Failures of any kind in a row. */
    consecutive5xx: 5,
    /** Off: these are among the former. For pools that switch those off. */
    consecutiveGatewayFailures: 0,
    /** Fewer than of any kind: no request of a backend that cannot be reached is answered. */
    consecutiveConnectFailures: 3,
    /** Fewer than of any kind: each of them keeps a client waiting for long. */
    consecutiveTimeouts: 3,
    /** As in Envoy, which however knows no least difference. */
    successRate: {
      deviations: 1.9,
      minimumDifference: 0.05,
      minimumBackends: 5,
      minimumRequests: 100,
    },
    latency: {
      factor: 5,
      /** What nobody would notice is no reason, whatever the factor. */
      minimumDifference: "100ms",
      minimumBackends: 3,
      minimumRequests: 20,
    },
    interval: "10s",
    baseEjection: "30s",
    maximumEjection: "5m",
    jitter: "0s",
    /** Pools of two and three can lose one. */
    maximumEjectedShare: 0.5,
    alwaysEjectOne: false,
    ejectLast: false,
    readmitOnPass: false,
    spareSharedFailures: true,
  },
  /** Off: requests never go to backends that are known to be unfit, unless somebody wants that. */
  panicThreshold: 0,
  retry: { attempts: 1 },
  timeouts: {
    /** TCP handshake with a backend. */
    connect: "1s",
    /** From the first byte of a request to the end of its header section. */
    requestHeader: "10s",
    /** Between two reads of a request body. */
    requestBody: "30s",
    /** From the last byte of the request to the first byte of the response, and between two reads of it. */
    response: "30s",
    /** A client that is silent between two requests, or takes nothing of a response that waits for it. */
    idle: "60s",
    /** An idle connection to a backend. Shorter than what servers commonly allow (5 s in Node). */
    upstreamIdle: "4s",
    /** Not ready for new clients, but still accepting: until who is in front has noticed. */
    lameDuck: "0s",
    /** From the end of accepting to the hard stop. */
    drain: "10s",
  },
  limits: {
    connections: 10_000,
    headerBytes: "16KiB",
    headerLineBytes: "8KiB",
    headerCount: 100,
    targetBytes: "8KiB",
    bodyBytes: "1GiB",
    /** Idle connections kept to one backend. */
    upstreamIdle: 64,
  },
  admin: { socket: "/run/evenkeel/admin.sock" },
} as const;
