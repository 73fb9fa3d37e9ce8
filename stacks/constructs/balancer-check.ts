import { InvalidDocument, parseConfig } from "../../balancer/index.ts";
import type { ConfigInput, Problem } from "../../balancer/index.ts";

/** The configuration of a balancer, and what else of its node it must fit. */
export interface BalancerToCheck {
  /** The group of the balancer, by which its problems are told apart from those of other groups. */
  readonly group: string;
  readonly config: ConfigInput;
  /** What was said of the configuration beside the props. */
  readonly beside: object | undefined;
  /** Every address at which clients come to it. */
  readonly addresses: readonly string[];
}

/** Parts of the configuration that the rest of a node relies on, and who does. */
const GIVEN: Readonly<Record<string, string>> = {
  admin: "the node asks there whether the balancer is ready, and experiments give it orders there",
  failover: "keepalived and the node's own files are there",
};

/** Addresses that stand for all of a node's. */
const EVERY_ADDRESS: readonly string[] = ["0.0.0.0", "::"];

/**
 * Sees that a balancer would accept its configuration, and be found where the topology looks for it.
 *
 * @throws InvalidDocument with every problem at once
 */
export function checkBalancer(balancer: BalancerToCheck): void {
  const problems = [givenParts, missingListeners, boundAddresses, refused].flatMap((check) =>
    check(balancer),
  );
  if (problems.length > 0) throw new InvalidDocument("The topology", problems);
}

function givenParts({ group, beside = {} }: BalancerToCheck): Problem[] {
  const said: Readonly<Record<string, unknown>> = { ...beside };
  return Object.entries(GIVEN).flatMap(([part, reason]) =>
    said[part] === undefined
      ? []
      : [
          {
            path: part,
            // It may hold a token, which is nobody's to read in a log.
            value: "{…}",
            message: `cannot be said in the configuration of ${group}`,
            next: `Leave it out: ${reason}.`,
          },
        ],
  );
}

function missingListeners({ group, config }: BalancerToCheck): Problem[] {
  if (config.listeners.length > 0) return [];
  return [
    {
      path: "listeners",
      value: "[]",
      message: `of ${group} are none`,
      next: 'Give it one: addListener("web").',
    },
  ];
}

/** A topology knows listeners by their ports alone: clients come to every address of the node. */
function boundAddresses({ group, config, addresses }: BalancerToCheck): Problem[] {
  return config.listeners.flatMap(({ id, address }) => {
    if (address === undefined || EVERY_ADDRESS.includes(address)) return [];
    if (addresses.every((one) => one === address)) return [];
    return [
      {
        path: `listeners.${id}.address`,
        value: JSON.stringify(address),
        message: `is not the only address at which clients come to ${group}`,
        next: "Leave it out: a listener serves at every address of its node.",
      },
    ];
  });
}

/** What the balancer itself would say. */
function refused({ group, config }: BalancerToCheck): Problem[] {
  try {
    parseConfig(config);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidDocument)) throw error;
    // Without listeners there are no pools: that is told above, in terms of constructs.
    const told = config.listeners.length === 0 ? ["listeners", "pools"] : [];
    return error.problems
      .filter(({ path }) => !told.includes(path))
      .map((one) => ({ ...one, message: `${one.message}, in the configuration of ${group}` }));
  }
}
