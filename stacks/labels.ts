import { z } from "zod";
import { idSchema, InvalidDocument, problemsOf } from "../balancer/index.ts";
import type { Problem } from "../balancer/index.ts";
import { nodeSchema, parseTopology, topologySchema } from "./manifest.ts";
import type { Topology, TopologyNode } from "./manifest.ts";

/** Names of the labels that every container of a topology carries. */
export const LABELS = {
  /** Id of the topology; on its network too. */
  topology: "evenkeel.topology",
  /** Id of the node. */
  node: "evenkeel.node",
  /** Role of the node. */
  role: "evenkeel.role",
  /** Hash of everything the container is made of, so that any change of it is a new container. */
  specHash: "evenkeel.spec-hash",
  /** The node's entry of the manifest and what its topology's nodes have in common, as JSON. */
  manifest: "evenkeel.manifest",
} as const;

/** Labels by name. */
export type Labels = Readonly<Record<string, string>>;

/** A container as the engine lists it. */
export interface LabelledContainer {
  /** What messages call it. */
  readonly name: string;
  readonly labels: Labels;
}

/** The label of one node: its entry, and the manifest with the nodes' ids in place of the nodes. */
const entrySchema = z.strictObject({
  node: nodeSchema,
  topology: topologySchema.omit({ nodes: true }).extend({ nodes: z.array(idSchema).min(1) }),
});

type Entry = z.output<typeof entrySchema>;

/** Labels of a node's container, all but the hash, which only what makes the container knows. */
export function topologyLabels(topology: Topology, node: TopologyNode): Labels {
  const entry: Entry = {
    node,
    topology: { ...topology, nodes: topology.nodes.map(({ id }) => id) },
  };
  return {
    [LABELS.topology]: topology.id,
    [LABELS.node]: node.id,
    [LABELS.role]: node.role,
    [LABELS.manifest]: JSON.stringify(entry),
  };
}

/**
 * The manifest that the containers of one topology carry together, in whatever order they come.
 *
 * @throws InvalidDocument that names every container which is missing, repeated, without its entry
 *   or at odds with the others
 */
export function topologyFromLabels(containers: readonly LabelledContainer[]): Topology {
  const problems: Problem[] = [];
  const entries = containers.flatMap((container) => {
    const read = entryOf(container);
    if (Array.isArray(read)) {
      problems.push(...read);
      return [];
    }
    return [{ container: container.name, ...read }];
  });
  const [first] = entries;
  if (first === undefined) {
    if (problems.length === 0) problems.push(NO_CONTAINERS);
    throw new InvalidDocument("The deployed topology", problems);
  }
  for (const entry of entries) {
    problems.push(...disagreements(entry, first));
    const twin = entries.find(({ node }) => node.id === entry.node.id);
    if (twin !== undefined && twin !== entry) {
      problems.push(
        problem(
          entry.container,
          entry.node.id,
          `is node ${entry.node.id} beside ${twin.container}`,
        ),
      );
    }
  }
  const nodes = first.topology.nodes.flatMap((id) => {
    const found = entries.find(({ node }) => node.id === id);
    // One whose label cannot be read is not missing, and was told already.
    const told = containers.some(({ labels }) => labels[LABELS.node] === id);
    if (found === undefined && !told) problems.push(problem(id, undefined, "has no container"));
    return found === undefined ? [] : [found.node];
  });
  if (problems.length > 0) throw new InvalidDocument("The deployed topology", problems);
  return parseTopology({ ...first.topology, nodes });
}

const NEXT = "Deploy the topology again.";

const NO_CONTAINERS: Problem = {
  path: "",
  value: "(no containers)",
  message: "is not there",
  next: "Deploy it first.",
};

function problem(path: string, value: unknown, message: string): Problem {
  return {
    path,
    value: value === undefined ? "(missing)" : (JSON.stringify(value) ?? ""),
    message,
    next: NEXT,
  };
}

/** A container's entry, or what is wrong with it. */
function entryOf({ name, labels }: LabelledContainer): Entry | Problem[] {
  const text = labels[LABELS.manifest];
  if (text === undefined) return [problem(name, undefined, `has no label ${LABELS.manifest}`)];
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch {
    return [problem(name, text.slice(0, 40), `has a label ${LABELS.manifest} that is no JSON`)];
  }
  const checked = entrySchema.safeParse(input);
  if (!checked.success) {
    return problemsOf(checked.error, input).map((one) => ({
      ...one,
      path: `${name} ${one.path}`,
      next: `It was deployed by another version. ${NEXT}`,
    }));
  }
  const { node, topology } = checked.data;
  const expected = {
    [LABELS.topology]: topology.id,
    [LABELS.node]: node.id,
    [LABELS.role]: node.role,
  };
  const wrong = Object.entries(expected).filter(([label, value]) => labels[label] !== value);
  if (wrong.length === 0) return checked.data;
  return wrong.map(([label, value]) =>
    problem(name, labels[label], `has a label ${label} that is not the "${value}" of its entry`),
  );
}

/** In which fields an entry tells another topology than the first one does. */
function disagreements(entry: Entry & { readonly container: string }, first: typeof entry) {
  const keys = new Set([...Object.keys(entry.topology), ...Object.keys(first.topology)]);
  return [...keys].flatMap((key) => {
    const [mine, other] = [entry, first].map(({ topology }) =>
      JSON.stringify(topology[key as keyof Entry["topology"]]),
    );
    if (mine === other) return [];
    const message = `tells other ${key} than ${first.container}`;
    return [
      { path: entry.container, value: mine?.slice(0, 80) ?? "(missing)", message, next: NEXT },
    ];
  });
}
