import { Resolver } from "node:dns/promises";
import { expect, test } from "vitest";
import { parseConfig } from "../../balancer/config.ts";

const withServer = (server: string) => ({
  listeners: [{ id: "web", protocol: "http", port: 8080, pool: "app" }],
  pools: [
    {
      id: "app",
      backends: [],
      discovery: { type: "dns", name: "app.example", port: 80, servers: ["127.0.0.1", server] },
    },
  ],
});

test.each([
  "198.18.7.53",
  "198.18.7.53:53",
  "198.18.7.53:65535",
  "::1",
  "2001:db8::53",
  "[::1]",
  "[2001:db8::53]:5353",
])("a name server can be %s, and the resolver takes it", (server) => {
  expect(() => parseConfig(withServer(server))).not.toThrow();
  expect(() => new Resolver().setServers([server])).not.toThrow();
});

test.each([
  "999.1.1.1",
  "1.2.3",
  "cafe",
  "[:::]",
  ":::",
  "[cafe]",
  "1.2.3.4:0",
  "1.2.3.4:99999",
  "[::1]:70000",
  "1.2.3.4:",
  "ns.example",
])("a name server cannot be %s: it is named once, with the next step", (server) => {
  const path = "pools[0].discovery.servers[1]";
  const next = "Write an address, such as 198.18.7.53 or [::1]:53.";
  expect(() => parseConfig(withServer(server))).toThrow(
    expect.objectContaining({
      problems: [{ path, value: JSON.stringify(server), message: "is not a server", next }],
    }),
  );
});
