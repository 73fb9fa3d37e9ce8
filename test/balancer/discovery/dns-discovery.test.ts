import { afterEach, beforeEach, expect, test } from "vitest";
import { discoverySchema, type DnsDiscoveryConfig } from "../../../balancer/config-discovery.ts";
import { DnsDiscovery } from "../../../balancer/discovery/dns-discovery.ts";
import { NameServer } from "./name-server.ts";

let names: NameServer;
const opened: DnsDiscovery[] = [];
beforeEach(async () => {
  names = await NameServer.start();
});
afterEach(async () => {
  for (const one of opened.splice(0)) one.close();
  await names[Symbol.asyncDispose]();
});

function look(settings: object) {
  const config = discoverySchema.parse({ type: "dns", servers: [names.server], ...settings });
  const discovery = new DnsDiscovery(config as DnsDiscoveryConfig);
  opened.push(discovery);
  return discovery.look();
}

const address = (last: number, ttl = 60) =>
  ({ type: "A", address: `198.18.7.${last}`, ttl }) as const;

test("each address of a name is a backend that is named after it", async () => {
  names.zone.set("app.example", [address(21), address(22)]);
  const { backends } = await look({ name: "app.example", port: 8080 });
  expect(backends).toEqual([
    { id: "at-198-18-7-21-8080", address: "198.18.7.21", port: 8080, weight: 1 },
    { id: "at-198-18-7-22-8080", address: "198.18.7.22", port: 8080, weight: 1 },
  ]);
});

test.for([
  { ttl: 3, againMs: 3_000, why: "a short time to live brings the next look forward" },
  { ttl: 600, againMs: 10_000, why: "a long one does not put it off" },
  { ttl: 0, againMs: 1_000, why: "none at all does not make it ask all the time" },
])("$why", async ({ ttl, againMs }) => {
  names.zone.set("app.example", [address(21, 600), address(22, ttl)]);
  const found = await look({ name: "app.example", port: 80, interval: "10s" });
  expect(found.againMs).toBe(againMs);
});

test.for([{ ttl: 600 }, { ttl: 0 }])(
  "an interval below a second is one of a second, with a time to live of $ttl s",
  async ({ ttl }) => {
    names.zone.set("app.example", [address(21, ttl)]);
    const found = await look({ name: "app.example", port: 80, interval: "1ms" });
    expect(found.againMs).toBe(1_000);
  },
);

test("the shortest time to live of the services' addresses brings the next look forward", async () => {
  const service = { type: "SRV", priority: 10, weight: 1, port: 80 } as const;
  const targets = ["a.app.example", "b.app.example"];
  names.zone.set(
    "_http._tcp.app.example",
    targets.map((target) => ({ ...service, target })),
  );
  names.zone.set("a.app.example", [address(21, 600)]);
  names.zone.set("b.app.example", [address(22, 600), address(23, 3)]);
  const found = await look({ name: "_http._tcp.app.example", record: "SRV" });
  expect(found.againMs).toBe(3_000);
});

test("services bring their ports and weights, and only the first priority counts", async () => {
  const service = (target: string, priority: number, weight: number) =>
    ({ type: "SRV", target, priority, weight, port: 8443 }) as const;
  names.zone.set("_http._tcp.app.example", [
    service("a.app.example", 10, 5),
    service("b.app.example", 10, 0),
    service("c.app.example", 20, 5),
  ]);
  names.zone.set("a.app.example", [address(21)]);
  names.zone.set("b.app.example", [address(22)]);
  names.zone.set("c.app.example", [address(23)]);
  const { backends } = await look({ name: "_http._tcp.app.example", record: "SRV" });
  const seen = backends.map((one) => [one.address, one.port, one.weight]);
  expect(seen).toEqual([
    ["198.18.7.21", 8443, 5],
    ["198.18.7.22", 8443, 1],
  ]);
});

test("a name that does not exist is a failure with the next step", async () => {
  await expect(look({ name: "none.example", port: 80 })).rejects.toThrow(
    /none\.example \(A\) failed.*Check the name with dig/,
  );
});

test("a server that is silent is a failure after the time-out, not before", async () => {
  names.ill = true;
  const begin = performance.now();
  await expect(look({ name: "app.example", port: 80, timeout: "250ms" })).rejects.toThrow(/failed/);
  expect(performance.now() - begin).toBeGreaterThanOrEqual(200);
});
