import { describe, expect, test } from "vitest";
import { configJsonSchema, parseConfig } from "../../balancer/config.ts";
import { InvalidDocument } from "../../balancer/errors.ts";

const minimal = () => ({
  listeners: [{ id: "web", protocol: "http", port: 8080, pool: "app" }],
  pools: [{ id: "app", backends: [{ id: "b1", address: "198.18.7.21", port: 8000 }] }],
});

/** Paths of all problems; fails when there are none. */
function problems(input: unknown): string[] {
  try {
    parseConfig(input);
  } catch (error) {
    if (error instanceof InvalidDocument) return error.problems.map((problem) => problem.path);
    throw error;
  }
  throw new Error("It was accepted. It should be refused.");
}

describe("defaults", () => {
  test("complete the smallest configuration, in milliseconds and bytes", () => {
    const config = parseConfig(minimal());
    expect(config.listeners[0]?.address).toBe("0.0.0.0");
    expect(config.pools[0]).toMatchObject({
      policy: "round-robin",
      hold: { enabled: true, duration: 60_000, minimumBackends: 3 },
      retry: { attempts: 1 },
      hashing: {
        key: { from: "client-ip" },
        virtualNodes: 160,
        tableSize: 65_537,
        boundedLoad: 1.25,
      },
      latency: { decay: 10_000, failure: 10 },
      hotKey: { share: 0.25, window: 10_000 },
    });
    expect(config.pools[0]?.healthCheck).toBeUndefined();
    expect(config.pools[0]?.slowStart).toBeUndefined();
    expect(config.pools[0]?.outlierDetection).toBeUndefined();
    expect(config.pools[0]?.panicThreshold).toBe(0);
    expect(config.timeouts).toMatchObject({ connect: 1_000, drain: 10_000 });
    expect(config.limits).toMatchObject({ headerBytes: 16_384, connections: 10_000 });
    expect(config.admin).toEqual({ socket: "/run/evenkeel/admin.sock" });
    expect(config.failover).toBeUndefined();
  });

  test("of a check are filled in around what is given", () => {
    const input = minimal();
    const pools = [
      { ...input.pools[0], healthCheck: { type: "http", interval: "500ms", timeout: "0.1s" } },
    ];
    expect(parseConfig({ ...input, pools }).pools[0]?.healthCheck).toEqual({
      type: "http",
      method: "GET",
      path: "/readyz",
      interval: 500,
      timeout: 100,
      rise: 2,
      fall: 3,
      jitter: 0.1,
      initialState: "pending",
      expectedStatus: [200],
      drainStatus: [],
    });
  });
});

describe("what is refused", () => {
  test("is listed completely, with all its paths", () => {
    const input = {
      listeners: [
        { id: "web", protocol: "http", port: 8080, pool: "app" },
        { id: "web", protocol: "ftp", port: 0, pool: "app" },
      ],
      pools: [{ id: "App", backends: [{ id: "b1", address: "localhost", port: 8000 }] }],
      timeout: {},
    };
    expect(problems(input).toSorted()).toEqual([
      "",
      "listeners[0].pool",
      "listeners[1].id",
      "listeners[1].pool",
      "listeners[1].port",
      "listeners[1].protocol",
      "pools[0].backends[0].address",
      "pools[0].id",
    ]);
  });

  test.each<[string, (input: ReturnType<typeof minimal>) => unknown, string]>([
    [
      "a repeated listener",
      (i) => ({ ...i, listeners: [i.listeners[0], { ...i.listeners[0], port: 1 }] }),
      "listeners[1].id",
    ],
    [
      "two listeners on one port",
      (i) => ({ ...i, listeners: [i.listeners[0], { ...i.listeners[0], id: "x" }] }),
      "listeners[1].port",
    ],
    ["a repeated pool", (i) => ({ ...i, pools: [i.pools[0], i.pools[0]] }), "pools[1].id"],
    [
      "a listener without a pool",
      (i) => ({ ...i, pools: [{ id: "other", backends: [] }] }),
      "listeners[0].pool",
    ],
    ["no listener", (i) => ({ ...i, listeners: [] }), "listeners"],
    [
      "a short token",
      (i) => ({ ...i, admin: { address: "127.0.0.1", port: 1, token: "x" } }),
      "admin.token",
    ],
    [
      "a relative track file",
      (i) => ({ ...i, failover: { trackFile: "t", notifyFifo: "/f" } }),
      "failover.trackFile",
    ],
    ["a negative drain time", (i) => ({ ...i, timeouts: { drain: "-1s" } }), "timeouts.drain"],
    ["a number for a duration", (i) => ({ ...i, timeouts: { drain: 10 } }), "timeouts.drain"],
  ])("%s", (_, change, path) => {
    expect(problems(change(minimal()))).toEqual([path]);
  });

  test.each<[string, object, string]>([
    ["a time-out longer than the interval", { interval: "1s", timeout: "2s" }, "timeout"],
    ["a line feed in the path", { path: "/x\r\nhost: y" }, "path"],
    ["a space in the path", { path: "/x y" }, "path"],
    ["a line feed in the host", { host: "a\r\nb: c" }, "host"],
    ["jitter beyond a half", { jitter: 0.6 }, "jitter"],
    ["a threshold of zero", { fall: 0 }, "fall"],
    ["no expected status", { expectedStatus: [] }, "expectedStatus"],
    ["a class that there is not", { expectedStatus: ["6xx"] }, "expectedStatus[0]"],
    ["a range that ends before it begins", { expectedStatus: ["299-200"] }, "expectedStatus[0]"],
    ["a status for both", { expectedStatus: ["2xx", 404], drainStatus: ["4xx"] }, "drainStatus"],
    ["a body that never comes", { method: "HEAD", expectedBody: "ok" }, "expectedBody"],
    ["a line feed in a field", { headers: { "x-key": "a\r\nb: c" } }, "headers.x-key"],
    ["a framing of its own", { headers: { "Content-Length": "5" } }, "headers"],
    ["a fast interval of nothing", { fastInterval: "0s" }, "fastInterval"],
    ["half a byte", { type: "tcp", send: { hex: "504" } }, "send.hex"],
    ["nothing to look for", { type: "tcp", expect: "" }, "expect"],
  ])("of a check: %s", (_, change, field) => {
    const input = minimal();
    const healthCheck = { type: "http", ...change };
    const pools = [{ ...input.pools[0], healthCheck }];
    expect(problems({ ...input, pools })).toEqual([`pools[0].healthCheck.${field}`]);
  });

  test.each<[string, object, string]>([
    ["a policy that there is not", { policy: "roundrobin" }, "policy"],
    ["a header without its name", { hashing: { key: { from: "header" } } }, "hashing.key.name"],
    ["a name that nothing has", { hashing: { key: { name: "sid" } } }, "hashing.key.name"],
    [
      "a name that no field can have",
      { hashing: { key: { from: "header", name: "a b" } } },
      "hashing.key.name",
    ],
    ["a table size that is no prime", { hashing: { tableSize: 65_536 } }, "hashing.tableSize"],
    ["a bound that leaves no room", { hashing: { boundedLoad: 1 } }, "hashing.boundedLoad"],
    ["a slow start without a window", { slowStart: { window: "0s" } }, "slowStart.window"],
    [
      "an ejection longer than the longest",
      { outlierDetection: { baseEjection: "10m" } },
      "outlierDetection.maximumEjection",
    ],
    [
      "a factor that all exceed",
      { outlierDetection: { latency: { factor: 0.5 } } },
      "outlierDetection.latency.factor",
    ],
    [
      "half a failure",
      { outlierDetection: { consecutive5xx: 0.5 } },
      "outlierDetection.consecutive5xx",
    ],
    ["a share of percents", { panicThreshold: 50 }, "panicThreshold"],
    ["a share of nothing", { hotKey: { share: 0 } }, "hotKey.share"],
    [
      "another key for a policy by address",
      { policy: "source-ip-hash", hashing: { key: { from: "path" } } },
      "hashing.key.from",
    ],
  ])("of a pool: %s", (_, change, field) => {
    const input = minimal();
    const pools = [{ ...input.pools[0], ...change }];
    expect(problems({ ...input, pools })).toEqual([`pools[0].${field}`]);
  });

  test("a key that a tcp listener cannot know, at the pool that asks for it", () => {
    const input = minimal();
    const listeners = [{ ...input.listeners[0], protocol: "tcp" }];
    const hashing = { key: { from: "cookie", name: "sid" } };
    const pools = [{ ...input.pools[0], policy: "maglev", hashing }];
    expect(problems({ listeners, pools })).toEqual(["pools[0].hashing.key.from"]);
    expect(
      problems({ listeners, pools: [{ ...pools[0], hashing: { key: { from: "ip" } } }] }),
    ).toEqual(["pools[0].hashing.key.from"]);
  });

  describe("a Maglev table that leaves backends without requests", () => {
    const poolOf = (weights: readonly number[], hashing?: object, policy = "maglev") => ({
      ...minimal(),
      pools: [
        {
          id: "app",
          policy,
          hashing,
          backends: weights.map((weight, index) => ({
            id: `b${index}`,
            address: "198.18.7.21",
            port: 1 + index,
            weight,
          })),
        },
      ],
    });
    const equal = (count: number) => Array<number>(count).fill(1);

    test("of fewer entries than backends, with the least that would do", () => {
      expect(() => parseConfig(poolOf(equal(300), { tableSize: 251 }))).toThrow(
        /pools\[0\]\.hashing\.tableSize: is too small to give each of 300 backends an entry \(found 251\)\. Use a prime of at least 300\./,
      );
    });

    test("of too few for a backend of little weight", () => {
      const hashing = { tableSize: 251 };
      expect(problems(poolOf([1_000, 1], hashing))).toEqual(["pools[0].hashing.tableSize"]);
      expect(parseConfig(poolOf([200, 1], hashing)).pools).toHaveLength(1);
    });

    test("and not one that is large enough, or that no policy uses", () => {
      for (const fine of [
        poolOf(equal(251), { tableSize: 251 }),
        poolOf([0, 0, 1], { tableSize: 251 }),
        poolOf(equal(1_000)),
        poolOf(equal(300), { tableSize: 251 }, "ring-hash"),
      ]) {
        expect(parseConfig(fine).pools).toHaveLength(1);
      }
    });
  });

  test("names the known pools when a listener names none of them", () => {
    const input = {
      ...minimal(),
      pools: [
        { id: "one", backends: [] },
        { id: "two", backends: [] },
      ],
    };
    expect(() => parseConfig(input)).toThrow(/Use one of: one, two\./);
  });

  test.each([null, 7, "text", []])("anything that is no object: %j", (input) => {
    expect(problems(input)).toEqual([""]);
  });
});

test("an admin address without its token is refused with what belongs to it", () => {
  const input = { ...minimal(), admin: { address: "127.0.0.1", port: 9_000 } };
  expect(() => parseConfig(input)).toThrow(/Give socket, or address, port and token\./);
});

test("a repeated backend is refused within its pool and allowed across pools", () => {
  const backend = { id: "b1", address: "198.18.7.21", port: 8000 };
  const input = minimal();
  const across = [...input.pools, { id: "other", backends: [backend] }];
  expect(parseConfig({ ...input, pools: across }).pools).toHaveLength(2);
  const within = [{ id: "app", backends: [backend, backend] }];
  expect(problems({ ...input, pools: within })).toEqual(["pools[0].backends[1].id"]);
});

test("the JSON Schema describes what a user writes: durations are text, defaults need not be given", () => {
  const schema = configJsonSchema() as {
    properties: Record<string, { properties?: Record<string, { type?: string }> }>;
    required: string[];
  };
  expect(schema.required.toSorted()).toEqual(["listeners", "pools"]);
  expect(schema.properties["timeouts"]?.properties?.["drain"]?.type).toBe("string");
});

test("problems of single fields and problems between fields are told together", () => {
  const input = {
    listeners: [
      { id: "web", protocol: "htp", port: 80, pool: "nope" },
      { id: "web", protocol: "tcp", port: 80, pool: "app" },
      null,
    ],
    pools: [
      { id: "app", backends: [{ id: "a", address: "x", port: 1 }, { id: "a" }] },
      { id: "app", backends: "none" },
    ],
  };
  const paths = problems(input);
  expect(paths).toEqual(
    expect.arrayContaining([
      "listeners[0].protocol",
      "listeners[0].pool",
      "listeners[1].id",
      "listeners[1].port",
      "listeners[2]",
      "pools[0].backends[0].address",
      "pools[0].backends[1].id",
      "pools[1].id",
      "pools[1].backends",
    ]),
  );
});

test.each([
  [null],
  [[]],
  ["text"],
  [{ listeners: {}, pools: 7 }],
  [{ listeners: [1], pools: [2] }],
])("a document of another shape, %j, is refused with problems and nothing else", (input) => {
  expect(problems(input).length).toBeGreaterThan(0);
});
