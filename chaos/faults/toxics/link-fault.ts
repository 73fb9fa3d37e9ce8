import { nodeOf, type Topology } from "../../../stacks/topology.ts";
import type { Deployment, Moment } from "../../environment/environment.ts";
import { UnknownName } from "../../environment/errors.ts";
import { FaultError, type Fault, type UndoIntent } from "../fault.ts";
import { nextNumber } from "../next-number.ts";
import { injectWithJournal } from "../injected.ts";
import type { CanaryLook, CanaryQuestion } from "./canary.ts";
import type { NamedToxic } from "./protocol.ts";
import { ToxicsClient } from "./toxics-client.ts";

/** Toxiproxy's API port. */
const API_PORT = 8474;

/** What is answered at all is answered in milliseconds, on a machine that may be busy for some seconds. */
const BEFORE_MS = 5_000;
/** Silence is as many times longer than the answer before it was. */
const SILENCE_FACTOR = 4;

/** What happens to a link, and how it is seen. */
export interface LinkFault {
  /** A stable name: `stall-link`. It also names the toxics. */
  readonly kind: string;
  /** What happens, for people; the link follows: `stall of`. */
  readonly title: string;
  /** What Toxiproxy does to the link's bytes; `disabled`: it carries none at all. */
  readonly toxics: readonly Omit<NamedToxic, "name">[] | "disabled";
  /** What is sent through the link to see the fault. */
  readonly canary: Pick<CanaryQuestion, "send" | "until" | "withinMs">;
  /** Whether what a canary met shows the fault; it was answered before. */
  readonly shows: (during: CanaryLook, before: CanaryLook) => boolean;
}

/** A fault on a link that leads through a fault point, from `LinkFault`. */
export function faultOnLink(linkId: string, wanted: LinkFault): Fault {
  const { kind, title, shows } = wanted;
  return {
    kind,
    title: `${title} link ${linkId}`,
    check: (topology) => void faultPointOf(topology, linkId),
    targets: () => [linkId],
    prepare: async (deployment) => {
      const { address, listenPort: port } = faultPointOf(deployment.topology, linkId);
      const toxics = await driverOf(deployment, address);
      const { send, until, withinMs } = wanted.canary;
      const look = (patienceMs: number): Promise<CanaryLook> =>
        toxics.look({ address, port, send, until, withinMs: patienceMs });
      const before = await look(Math.max(withinMs, BEFORE_MS)).catch(async (error: unknown) => {
        await toxics[Symbol.asyncDispose]();
        throw error;
      });
      const duringMs = Math.max(withinMs, Math.ceil(before.tookMs * SILENCE_FACTOR));
      const { act, undo, undoTitle, holds } = stepsOf(toxics, linkId, wanted);
      return {
        aim: () => linkId,
        inject: ({ atNs, journal }) =>
          injectWithJournal(
            journal,
            { fault: kind, target: linkId, undo: undoTitle, ...holds },
            {
              act: () => act(atNs?.toString() ?? null),
              verify: async () => {
                const during = await look(duringMs);
                return {
                  active: before.outcome === "answered" && shows(during, before),
                  evidence: `canary through ${linkId}: ${told(before)} before, ${told(during)} during the fault`,
                };
              },
              undo,
            },
          ),
        [Symbol.asyncDispose]: () => toxics[Symbol.asyncDispose](),
      };
    },
  };
}

/** What is done to a link and what undoes it. */
function stepsOf(
  client: ToxicsClient,
  link: string,
  { kind, toxics }: LinkFault,
): {
  readonly act: (atNs: string | null) => Promise<Moment>;
  readonly undo: () => Promise<Moment>;
  readonly undoTitle: string;
  readonly holds: Pick<UndoIntent, "holds">;
} {
  if (toxics === "disabled") {
    const set = (enabled: boolean, atNs: string | null): Promise<Moment> =>
      client.ask({ kind: "set-enabled", link, enabled, atNs });
    return {
      act: (atNs) => set(false, atNs),
      undo: () => set(true, null),
      undoTitle: `enable ${link}`,
      holds: { holds: "link" },
    };
  }
  const number = nextNumber();
  const named = toxics.map((toxic) => ({ name: `${kind}-${toxic.stream}-${number}`, ...toxic }));
  const names = named.map(({ name }) => name);
  return {
    act: (atNs) => client.ask({ kind: "add", link, toxics: named, atNs }),
    undo: () => client.ask({ kind: "remove", link, names }),
    undoTitle: `remove the toxics of ${link}`,
    holds: {},
  };
}

function driverOf(deployment: Deployment, address: string): Promise<ToxicsClient> {
  const driver = deployment.topology.nodes.find(({ role }) => role === "client");
  if (driver === undefined) {
    throw new FaultError(
      `Topology ${deployment.topology.id} has no client node to drive Toxiproxy from`,
      "Add a `Client`.",
    );
  }
  return ToxicsClient.start(deployment.node(driver.id), `http://${address}:${API_PORT}`);
}

function told({ outcome, tookMs, bytes, pieces }: CanaryLook): string {
  const after = `after ${tookMs.toFixed(1)} ms`;
  if (outcome === "silent" && bytes === 0) return `silent for ${Math.round(tookMs)} ms`;
  if (bytes === 0) return `${outcome} ${after}`;
  return `${outcome} (${bytes} bytes in ${pieces} ${pieces === 1 ? "piece" : "pieces"}) ${after}`;
}

function faultPointOf(
  topology: Topology,
  linkId: string,
): { readonly address: string; readonly listenPort: number } {
  const links = topology.links.filter((link) => link.via !== undefined);
  const via = links.find((link) => link.id === linkId)?.via;
  if (via === undefined) {
    throw new UnknownName(
      "link with a fault point",
      linkId,
      links.map((link) => link.id),
    );
  }
  return { address: nodeOf(topology, via.node).address, listenPort: via.listenPort };
}
