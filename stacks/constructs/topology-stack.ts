import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Construct } from "constructs";
import { describeProblem, InvalidDocument } from "../../balancer/index.ts";
import type { Problem } from "../../balancer/index.ts";
import { App, Lazy, TerraformOutput, TerraformStack } from "../cdk.ts";
import type { DockerContainer, DockerNetwork, IStackSynthesizer } from "../cdk.ts";
import { networkOf } from "../ipv4.ts";
import { parseTopology, TOPOLOGY_SCHEMA } from "../topology.ts";
import type { Topology, TopologyInput } from "../topology.ts";
import { ALL_RULES } from "../validations/all-rules.ts";
import { NEIGHBOUR_RULES } from "../validations/neighbour-rules.ts";
import { AddressPlan } from "./address-plan.ts";
import type { AddressPurpose } from "./address-plan.ts";
import { atOnce } from "./at-once.ts";
import { DockerResources } from "./docker-resources.ts";
import type { ContainerProps } from "./docker-resources.ts";
import type { NodeReference } from "./node-reference.ts";
import { withSpecHashes } from "./spec-hash.ts";

export interface TopologyStackProps {
  /**
   * IPv4 network of the topology, from 198.18.0.0/15. Topologies that run side by side as
   * containers need one each.
   *
   * @default "198.18.7.0/24"
   */
  readonly subnet?: string;
}

/** What a construct adds to the manifest. */
export type Declaration = Partial<
  Pick<TopologyInput, "nodes" | "links" | "listeners" | "pools" | "virtualAddress">
>;

/**
 * One topology. Constructs inside it declare what they need; `toTopology` is the manifest of all
 * of them, and synthesis writes it beside the Terraform configuration.
 */
export class TopologyStack extends TerraformStack {
  /** Id of the topology. */
  readonly topologyId: string;
  /** IPv4 network in CIDR notation. */
  readonly subnet: string;
  /** Length of the subnet's prefix. */
  readonly prefixLength: number;
  readonly #declarations: (() => Declaration)[] = [];
  readonly #plan: AddressPlan;
  readonly #docker: DockerResources;
  /** The manifest while it is turned into Terraform's terms, which asks for it many times. */
  #settled: Topology | undefined;

  constructor(scope: Construct, id: string, props: TopologyStackProps = {}) {
    super(scope, id);
    this.topologyId = id;
    this.subnet = props.subnet ?? "198.18.7.0/24";
    this.prefixLength = networkOf(this.subnet).prefixLength;
    this.#plan = new AddressPlan(this.subnet);
    this.#docker = new DockerResources(this, {
      topologyId: id,
      subnet: this.subnet,
      outdir: App.of(this).outdir,
      topology: () => this.#settled,
    });
    new TerraformOutput(this, "listeners", {
      description: "Where clients reach each listener",
      value: Lazy.anyValue({ produce: () => listenerAddresses(this.#settled) }),
      staticId: true,
    });
    this.node.addValidation({ validate: () => [...this.problems()] });
    this.synthesizer = withManifest(this.synthesizer, this);
  }

  /**
   * The topology that a construct is in.
   *
   * @throws TypeError when it is in none
   */
  static override of(construct: Construct): TopologyStack {
    const stack = construct.node.scopes.find((scope) => scope instanceof TopologyStack);
    if (stack !== undefined) return stack;
    throw new TypeError(
      `${construct.node.path || "The app"} is in no topology. Give it a TopologyStack as its scope.`,
    );
  }

  /** Lets a construct add to the manifest; called when the manifest is made, after all were declared. */
  declare(declaration: () => Declaration): void {
    this.#declarations.push(declaration);
  }

  /**
   * The next address of this topology's plan.
   *
   * @throws RangeError when they are used up
   */
  nextAddress(purpose: AddressPurpose): string {
    return this.#plan.next(purpose);
  }

  /** The network that all nodes are in. */
  get network(): DockerNetwork {
    return this.#docker.network;
  }

  /** Containers by the ids of their nodes: what Terraform makes of them can be overridden there. */
  get containers(): ReadonlyMap<string, DockerContainer> {
    return this.#docker.containers;
  }

  /** Makes the container of a node that a construct declares. */
  addContainer(scope: Construct, node: NodeReference, props: ContainerProps): DockerContainer {
    return this.#docker.addContainer(scope, node, props);
  }

  override prepareStack(): void {
    this.#settle(() => super.prepareStack());
  }

  override toTerraform(): unknown {
    const names = [...this.containers.values()].map((one) => one.friendlyUniqueId);
    return this.#settle(() => withSpecHashes(super.toTerraform(), names));
  }

  /**
   * The manifest.
   *
   * @throws InvalidDocument with the problems of every rule at once
   */
  toTopology(): Topology {
    const declared = this.#declared();
    const virtual = declared.flatMap(({ virtualAddress }) => virtualAddress ?? []);
    if (virtual.length > 1) {
      throw new InvalidDocument("The topology", [
        {
          path: "virtualAddress",
          value: JSON.stringify(virtual.map(({ address }) => address)),
          message: "is there more than once",
          next: 'Declare one balancer pair with failover "keepalived", and others with "none" or in another topology.',
        },
      ]);
    }
    const input: TopologyInput = {
      schema: TOPOLOGY_SCHEMA,
      id: this.topologyId,
      subnet: this.subnet,
      ...(virtual[0] === undefined ? {} : { virtualAddress: virtual[0] }),
      nodes: this.#docker.completed(declared.flatMap(({ nodes }) => nodes ?? [])),
      links: declared.flatMap(({ links }) => links ?? []),
      listeners: declared.flatMap(({ listeners }) => listeners ?? []),
      pools: declared.flatMap(({ pools }) => pools ?? []),
    };
    return parseTopology(input, ALL_RULES);
  }

  #declared(): Declaration[] {
    // What keepalived, the balancer or a backend would refuse; one construct's does not hide another's.
    return atOnce(this.#declarations);
  }

  /** Does something with the manifest at hand; without one, if it has problems, which validation tells. */
  #settle<T>(work: () => T): T {
    try {
      this.#settled = this.#checked().topology;
      return work();
    } finally {
      this.#settled = undefined;
    }
  }

  /** The manifest, or what is wrong with it. */
  #checked(): { readonly topology?: Topology; readonly problems: readonly Problem[] } {
    try {
      return { topology: this.toTopology(), problems: [] };
    } catch (error) {
      if (error instanceof InvalidDocument) return { problems: error.problems };
      throw error;
    }
  }

  /**
   * Everything that keeps it from being deployed, beside the other topologies of the app too, one
   * line each. Synthesis refuses it; to ask beforehand tells the problems of several at once.
   */
  problems(): readonly string[] {
    const { topology, problems } = this.#checked();
    const neighbours = this.node.root.node
      .findAll()
      .filter((other) => other instanceof TopologyStack && other !== this)
      .flatMap((other) => (other as TopologyStack).#checked().topology ?? []);
    const collisions =
      topology === undefined
        ? []
        : neighbours.flatMap((neighbour) =>
            NEIGHBOUR_RULES.flatMap((rule) => rule(topology, neighbour)),
          );
    return [...problems, ...collisions].map(describeProblem);
  }
}

/** `address:port` of each listener: the floating address where there is one, else every balancer's. */
function listenerAddresses(topology: Topology | undefined): Readonly<Record<string, string>> {
  if (topology === undefined) return {};
  const { listeners, nodes, virtualAddress } = topology;
  return Object.fromEntries(
    listeners.map(({ id, group, port }) => {
      const members = nodes.filter((node) => node.group === group);
      const floats = members.some((node) =>
        virtualAddress?.owners.some((owner) => owner.node === node.id),
      );
      const extra = members.flatMap((node) => node.extraAddresses.map((one) => one.split("/")[0]));
      const addresses =
        floats && virtualAddress !== undefined
          ? [virtualAddress.address]
          : extra.length > 0
            ? extra
            : members.map(({ address }) => address);
      return [id, addresses.map((address) => `${address}:${port}`).join(" ")];
    }),
  );
}

/** Writes the manifest beside what the synthesizer writes, so that nothing needs Terraform's state. */
function withManifest(inner: IStackSynthesizer, stack: TopologyStack): IStackSynthesizer {
  return {
    synthesize(session) {
      inner.synthesize(session);
      const { synthesizedStackPath } = session.manifest.forStack(stack);
      const path = join(session.outdir, dirname(synthesizedStackPath), "topology.json");
      writeFileSync(path, `${JSON.stringify(stack.toTopology(), null, 2)}\n`);
    },
  };
}
