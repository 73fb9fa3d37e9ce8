import type { Topology } from "../../stacks/topology.ts";
import type { Machine } from "./machine.ts";
import { survey, type Requirement } from "./requirement.ts";
import { REQUIREMENTS } from "./requirements.ts";

/** What every lab needs, whatever runs in it. */
const BASICS: readonly string[] = [
  "linux",
  "node",
  "util-linux",
  "iproute2",
  "user-namespaces",
  "lab-network",
  "tini",
];

/** Ids of the requirements whose programs a topology's nodes run. */
const OF_PROGRAM: Readonly<Record<string, string>> = {
  keepalived: "keepalived",
  "redis-server": "redis",
  "toxiproxy-server": "toxiproxy",
  haproxy: "haproxy",
  nginx: "nginx",
};

/** This machine cannot run what was asked for; nothing was started. */
export class NotSetUp extends Error {
  readonly code = "not-set-up";
  readonly side = "internal";
  readonly retryable = false;

  /** @param lacking what is missing, why it is needed, and how to get it, one sentence or two each */
  constructor(lacking: readonly string[]) {
    super(
      `This machine cannot run that yet:\n${lacking.map((one) => `  ${one}\n`).join("")}` +
        'Run "npm run setup" to bring what is missing, or "npx evenkeel doctor" to see everything.',
    );
    this.name = "NotSetUp";
  }
}

/** What a machine needs to run these topologies as labs. */
export function requirementsOf(topologies: readonly Topology[]): readonly Requirement[] {
  const ids = new Set(BASICS);
  for (const node of topologies.flatMap(({ nodes }) => nodes)) {
    for (const { argv } of node.processes) {
      const id = OF_PROGRAM[argv[0] ?? ""];
      if (id !== undefined) ids.add(id);
    }
    if (node.observe.includes("adverts")) ids.add("socat");
    if (node.packetFilters !== undefined) ids.add("nftables");
  }
  return REQUIREMENTS.filter(({ id }) => ids.has(id));
}

/**
 * Makes sure that labs of these topologies can run on a machine.
 *
 * @throws NotSetUp that says of everything missing why it is needed and how to get it
 */
export async function requireLab(topologies: readonly Topology[], machine: Machine): Promise<void> {
  const surveyed = await survey(requirementsOf(topologies), machine);
  const lacking = surveyed.flatMap(({ requirement: { title, neededFor }, finding }) => {
    if (finding.state === "ready") return [];
    const why = neededFor.demo ?? Object.values(neededFor)[0] ?? "is needed";
    return [`${title} ${why}; ${finding.problem}. ${finding.next}`];
  });
  if (lacking.length > 0) throw new NotSetUp(lacking);
}
