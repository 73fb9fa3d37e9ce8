import { nodeOf, type Topology } from "../../stacks/topology.ts";
import { UnknownName } from "../environment/errors.ts";
import { FaultError, type Fault } from "./fault.ts";
import { injectWithJournal } from "./injected.ts";
import { ToxicsClient } from "./toxics/toxics-client.ts";

/** Toxiproxy's API port. */
const API_PORT = 8474;
/** A canary that is not answered within this time counts as stalled; a healthy one takes under 5 ms. */
const CANARY_MS = 100;
/** Names of the toxics, one for each direction. */
const TOXICS = { upstream: "stall-upstream", downstream: "stall-downstream" } as const;

/**
 * A link carries no more bytes, both ways; connections stay open, and what was held back is
 * delivered when it heals: Toxiproxy's bandwidth toxic with rate 0. (Its timeout toxic would throw
 * the bytes away and close the connections when removed.)
 *
 * @param linkId `from--to`, of a link with a fault point
 * @param canary bytes that the far end answers, to see that the stall is real
 */
export function stallLink(linkId: string, canary: { readonly send: string }): Fault {
  return {
    kind: "stall-link",
    title: `stall of link ${linkId}`,
    check: (topology) => void faultPointOf(topology, linkId),
    targets: () => [linkId],
    prepare: async (deployment) => {
      const { address, listenPort } = faultPointOf(deployment.topology, linkId);
      const driver = deployment.topology.nodes.find(({ role }) => role === "client");
      if (driver === undefined) {
        throw new FaultError(
          `Topology ${deployment.topology.id} has no client node to drive Toxiproxy from`,
          "Add a `Client`.",
        );
      }
      const toxics = await ToxicsClient.start(
        deployment.node(driver.id),
        `http://${address}:${API_PORT}`,
      );
      const answered = async (): Promise<boolean> => {
        const question = { address, port: listenPort, send: canary.send, withinMs: CANARY_MS };
        return (await toxics.ask({ kind: "canary", ...question })).answered;
      };
      const answeredBefore = await answered().catch(async (error: unknown) => {
        await toxics[Symbol.asyncDispose]();
        throw error;
      });
      return {
        aim: () => linkId,
        inject: ({ atNs, journal }) =>
          injectWithJournal(
            journal,
            { fault: "stall-link", target: linkId, undo: `remove the toxics of ${linkId}` },
            {
              act: () =>
                toxics.ask({
                  kind: "add",
                  link: linkId,
                  toxics: (["upstream", "downstream"] as const).map((stream) => ({
                    name: TOXICS[stream],
                    stream,
                    toxic: { type: "bandwidth", attributes: { rate: 0 } },
                  })),
                  atNs: atNs?.toString() ?? null,
                }),
              verify: async () => {
                const during = await answered();
                return {
                  active: answeredBefore && !during,
                  evidence: `canary through ${linkId}: ${answeredBefore ? "answered" : "silent"} before, ${during ? "answered" : `silent for ${CANARY_MS} ms`} during the fault`,
                };
              },
              undo: () =>
                toxics.ask({ kind: "remove", link: linkId, names: Object.values(TOXICS) }),
            },
          ),
        [Symbol.asyncDispose]: () => toxics[Symbol.asyncDispose](),
      };
    },
  };
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
