import type { Arrivals, Traffic } from "../measurement/probe.ts";
import type { PlannedLoad } from "./experiment-plan.ts";

/** A load in words: `200 new connections a second from client to 198.18.7.10:80/; 250 ms to connect, 250 ms in all`. */
export function loadText(load: PlannedLoad): string {
  const headers = Object.entries(load.headers).map(([name, value]) => `${name}: ${value}`);
  const targets = [load.target, ...load.otherTargets];
  const to = targets.length === 1 ? load.target : `${targets.join(" and ")} in turns`;
  return [
    `${whatIsSent(load.traffic, load.ratePerSecond)} from ${load.client} to ${to}${headers.length === 0 ? "" : ` (${headers.join(", ")})`}`,
    ...arrivalsText(load.arrivals, load.ratePerSecond),
    ...retriesText(load.retries),
    `${ms(load.connectTimeoutMs)} to connect, ${ms(load.totalTimeoutMs)} in all`,
  ].join("; ");
}

function whatIsSent(traffic: Traffic, ratePerSecond: number): string {
  switch (traffic.kind) {
    case "fresh":
      return `${ratePerSecond} new connections a second`;
    case "kept-alive":
      return `${ratePerSecond} requests a second over ${traffic.connections} kept connections`;
    case "long-lived":
      return `${traffic.connections} connections, opened ${ratePerSecond} a second and held, with a line every ${ms(traffic.everyMs)},`;
    case "session":
      return `${ratePerSecond} requests a second of ${traffic.users} users, each with a cart,`;
  }
}

function arrivalsText(arrivals: Arrivals, ratePerSecond: number): readonly string[] {
  switch (arrivals.kind) {
    case "constant":
      return [];
    case "poisson":
      return ["at random (Poisson)"];
    case "ramp":
      return [
        `from ${arrivals.fromPerSecond} to ${ratePerSecond} a second over ${ms(arrivals.overMs)}`,
      ];
    case "bursts":
      return [
        `${arrivals.burstPerSecond} a second in the first ${ms(arrivals.forMs)} of every ${ms(arrivals.everyMs)}`,
      ];
  }
}

function retriesText(retries: number): readonly string[] {
  if (retries === 0) return [];
  return [
    `sent again at once up to ${retries} ${retries === 1 ? "time" : "times"} where it fails in time`,
  ];
}

/** A configured time, as somebody would write it: `100 ms`, `1.8 s`. */
export function ms(value: number): string {
  return value < 1_000
    ? `${Number(value.toFixed(1))}\u00a0ms`
    : `${Number((value / 1_000).toFixed(2))}\u00a0s`;
}
