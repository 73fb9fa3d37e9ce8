import { isIPv4 } from "node:net";
import type { Problem } from "../../balancer/index.ts";
import type { Load, Scenario } from "../scenario.ts";

const ID = /^[a-z][a-z0-9-]{0,30}$/;

/** What is wrong with the loads of a scenario, all of it; empty when they can be sent. */
export function loadProblems({
  load,
  alongside = [],
  topology,
}: Pick<Scenario, "load" | "alongside" | "topology">): readonly Problem[] {
  const clients = topology.nodes.map(({ id }) => id);
  const problems = [...problemsOfLoad("load", load, clients)];
  if (load.traffic?.kind === "long-lived") {
    problems.push({
      path: "load.traffic.kind",
      value: load.traffic.kind,
      message: "begins before the fault, so it would see no outage and no recovery",
      next: "Make it a load of `alongside`, and let another one see marks and outage.",
    });
  }
  const seen = new Set<string>();
  for (const [index, named] of alongside.entries()) {
    const path = `alongside[${index}]`;
    problems.push(...problemsOfLoad(path, named, clients));
    if (!ID.test(named.id)) {
      problems.push({
        path: `${path}.id`,
        value: named.id,
        message: "is no id",
        next: "Begin with a letter; then letters, digits and -, 31 at most, all lower case.",
      });
    } else if (seen.has(named.id)) {
      problems.push({
        path: `${path}.id`,
        value: named.id,
        message: "is the id of another load",
        next: "Give each load an id of its own.",
      });
    }
    seen.add(named.id);
  }
  return problems;
}

function problemsOfLoad(path: string, load: Load, nodes: readonly string[]): readonly Problem[] {
  const problems: Problem[] = [];
  const wrong = (field: string, value: unknown, message: string, next: string): void =>
    void problems.push({ path: `${path}.${field}`, value: String(value), message, next });
  const above0 = (field: string, value: number): void => {
    if (!(Number.isFinite(value) && value > 0)) {
      wrong(field, value, "is not a number above 0", "Use one.");
    }
  };
  const whole = (field: string, value: number, from: number): void => {
    if (!Number.isInteger(value) || value < from) {
      wrong(field, value, `is not a whole number from ${from}`, "Use one.");
    }
  };
  if (!nodes.includes(load.client)) {
    wrong("client", load.client, "is no node of the topology", `Known: ${nodes.join(", ")}.`);
  }
  for (const [index, address] of [load.address, ...(load.otherAddresses ?? [])].entries()) {
    if (isIPv4(address)) continue;
    const field = index === 0 ? "address" : `otherAddresses[${index - 1}]`;
    wrong(field, address, "is no IPv4 address", "Use one: a name would have to be resolved.");
  }
  if (!Number.isInteger(load.port) || load.port < 1 || load.port > 65_535) {
    wrong("port", load.port, "is no port", "Use a whole number from 1 to 65535.");
  }
  if (!load.path.startsWith("/")) {
    wrong("path", load.path, "does not begin with /", "Write the path and query alone.");
  }
  above0("ratePerSecond", load.ratePerSecond);
  above0("connectTimeoutMs", load.connectTimeoutMs);
  above0("totalTimeoutMs", load.totalTimeoutMs);
  whole("retries", load.retries ?? 0, 0);

  const { arrivals, traffic } = load;
  if (arrivals?.kind === "ramp") {
    above0("arrivals.overMs", arrivals.overMs);
    if (!(Number.isFinite(arrivals.fromPerSecond) && arrivals.fromPerSecond >= 0)) {
      wrong("arrivals.fromPerSecond", arrivals.fromPerSecond, "is not a number from 0", "Use one.");
    }
  } else if (arrivals?.kind === "bursts") {
    above0("arrivals.burstPerSecond", arrivals.burstPerSecond);
    above0("arrivals.everyMs", arrivals.everyMs);
    above0("arrivals.forMs", arrivals.forMs);
    if (arrivals.forMs >= arrivals.everyMs) {
      wrong(
        "arrivals.forMs",
        arrivals.forMs,
        `is not below everyMs, ${arrivals.everyMs}`,
        "Let bursts end before the next one begins.",
      );
    }
  }
  switch (traffic?.kind) {
    case "kept-alive":
      whole("traffic.connections", traffic.connections, 1);
      break;
    case "long-lived":
      whole("traffic.connections", traffic.connections, 1);
      above0("traffic.everyMs", traffic.everyMs);
      break;
    case "session":
      whole("traffic.users", traffic.users, 1);
      break;
    default:
  }
  return problems;
}
