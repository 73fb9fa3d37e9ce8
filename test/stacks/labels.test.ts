import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidDocument } from "../../balancer/index.ts";
import { activePassive } from "../../stacks/topologies/active-passive.ts";
import {
  LABELS,
  NODE_ROLES,
  parseTopology,
  TOPOLOGY_SCHEMA,
  topologyFromLabels,
  topologyLabels,
} from "../../stacks/topology.ts";
import type { LabelledContainer, Topology } from "../../stacks/topology.ts";
import { validTopology } from "./validations/valid-topology.ts";

const small = parseTopology(validTopology());

function containersOf(topology: Topology): LabelledContainer[] {
  return topology.nodes.map((node) => ({
    name: `${topology.id}-${node.id}`,
    labels: topologyLabels(topology, node),
  }));
}

/** Those containers with one of them changed. */
function changed(
  name: string,
  change: (labels: Record<string, string>) => void,
): LabelledContainer[] {
  return containersOf(small).map((container) => {
    if (container.name !== name) return container;
    const labels = { ...container.labels };
    change(labels);
    return { name, labels };
  });
}

function problemsOf(containers: readonly LabelledContainer[]): string[] {
  try {
    topologyFromLabels(containers);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidDocument)) throw error;
    expect(error.problems.every(({ next }) => next.length > 0)).toBe(true);
    return error.problems.map(({ path, message }) => `${path} ${message}`);
  }
}

const id = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
const port = fc.integer({ min: 1, max: 65_535 });
const address = fc.integer({ min: 2, max: 254 }).map((last) => `198.18.7.${last}`);
const text = fc.string({ unit: "binary", maxLength: 40 });

const aNode = fc.record({
  role: fc.constantFrom(...NODE_ROLES),
  group: id,
  address,
  prefixLength: fc.constant(24),
  files: fc.array(
    fc.record({
      kind: fc.constant("file" as const),
      path: fc.constant("/run/evenkeel/a"),
      content: text,
    }),
    { maxLength: 2 },
  ),
  processes: fc.array(
    fc.record({
      name: id,
      argv: fc.array(text, { minLength: 1, maxLength: 3 }),
      env: fc.dictionary(fc.stringMatching(/^[A-Z]{1,5}$/), text),
      readiness: fc.record({
        kind: fc.constant("tcp" as const),
        port,
        deadlineMs: fc.nat(20_000),
      }),
    }),
    { maxLength: 2 },
  ),
});

const aTopology = fc
  .record({
    ids: fc.uniqueArray(id, { minLength: 1, maxLength: 8 }),
    nodes: fc.array(aNode, { minLength: 8, maxLength: 8 }),
    listeners: fc.array(
      fc.record({
        id,
        protocol: fc.constantFrom("http" as const, "tcp" as const),
        port,
        pool: id,
        group: id,
      }),
      { maxLength: 2 },
    ),
  })
  .map(({ ids, nodes, listeners }) =>
    parseTopology({
      schema: TOPOLOGY_SCHEMA,
      id: "any",
      subnet: "198.18.7.0/24",
      nodes: ids.map((nodeId, index) => ({ ...nodes[index], id: nodeId })),
      listeners,
    }),
  );

describe("the labels of a topology's containers", () => {
  test("are together the manifest again, whatever it holds and in whatever order they come", () => {
    const cases = aTopology.chain((topology) =>
      fc.record({
        topology: fc.constant(topology),
        containers: fc.shuffledSubarray(containersOf(topology), {
          minLength: topology.nodes.length,
        }),
      }),
    );
    fc.assert(
      fc.property(cases, ({ topology, containers }) => {
        expect(topologyFromLabels(containers)).toEqual(topology);
      }),
    );
  });

  test("are the manifest of the ready-made topology again", () => {
    const { topology } = activePassive();
    expect(topologyFromLabels(containersOf(topology))).toEqual(topology);
  });

  test("name topology, node and role in words", () => {
    const [labels] = containersOf(small).map((container) => container.labels);
    expect(labels).toMatchObject({
      "evenkeel.topology": "small",
      "evenkeel.node": "lb-a",
      "evenkeel.role": "balancer",
    });
  });
});

describe("what the labels of containers do not tell together", () => {
  test("is refused without containers", () => {
    expect(problemsOf([])).toEqual([" is not there"]);
  });

  test("names every node that has no container", () => {
    const some = containersOf(small).filter(({ name }) => !/app-/.test(name));
    expect(problemsOf(some)).toEqual(["app-1 has no container", "app-2 has no container"]);
  });

  test("names a container without its entry, and does not call its node missing", () => {
    const without = changed("small-app-1", (labels) => delete labels[LABELS.manifest]);
    expect(problemsOf(without)).toEqual(["small-app-1 has no label evenkeel.manifest"]);
  });

  test("names a container whose entry is no JSON", () => {
    const broken = changed("small-app-1", (labels) => (labels[LABELS.manifest] = "{"));
    expect(problemsOf(broken)).toEqual([
      "small-app-1 has a label evenkeel.manifest that is no JSON",
    ]);
  });

  test("names the fields of an entry of another form", () => {
    const other = changed("small-app-1", (labels) => {
      labels[LABELS.manifest] = (labels[LABELS.manifest] ?? "").replace('"backend"', '"robot"');
    });
    expect(problemsOf(other)).toEqual([expect.stringMatching(/^small-app-1 node\.role /)]);
  });

  test.each([
    [LABELS.topology, "other"],
    [LABELS.node, "app-2"],
    [LABELS.role, "client"],
  ])("names a container whose label %s is not that of its entry", (label, value) => {
    const wrong = changed("small-app-1", (labels) => (labels[label] = value));
    expect(problemsOf(wrong)).toContainEqual(expect.stringContaining(`a label ${label} that is`));
  });

  test("names a node that runs twice", () => {
    const [first] = containersOf(small);
    if (first === undefined) throw new Error("The topology has nodes.");
    expect(problemsOf([...containersOf(small), { ...first, name: "copy" }])).toEqual([
      "copy is node lb-a beside small-lb-a",
    ]);
  });

  test("names the container that was left behind by another deployment, and how it differs", () => {
    const older = parseTopology({ ...validTopology(), listeners: [] });
    const node = older.nodes.at(-1);
    if (node === undefined) throw new Error("The topology has nodes.");
    const mixed = [
      ...containersOf(small).slice(0, -1),
      { name: "small-client", labels: topologyLabels(older, node) },
    ];
    expect(problemsOf(mixed)).toEqual(["small-client tells other listeners than small-lb-a"]);
  });

  test("is told all at once", () => {
    const [first, second, ...rest] = changed("small-lb-b", (labels) => {
      labels[LABELS.manifest] = "{";
    });
    if (first === undefined || second === undefined) throw new Error("The topology has nodes.");
    expect(problemsOf([first, second, ...rest.slice(1)])).toEqual([
      "small-lb-b has a label evenkeel.manifest that is no JSON",
      "app-1 has no container",
    ]);
  });
});
