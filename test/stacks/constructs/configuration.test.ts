import { describe, expect, test } from "vitest";
import { configJsonSchema, POLICY_NAMES } from "../../../balancer/index.ts";
import { declaringApp } from "../../../stacks/cdk.ts";
import { Algorithm } from "../../../stacks/constructs/algorithm.ts";
import { balancerConfig } from "../../../stacks/constructs/balancer-node.ts";
import { BalancerPair } from "../../../stacks/constructs/balancer-pair.ts";
import { mergedConfiguration } from "../../../stacks/constructs/configuration.ts";
import { TopologyStack } from "../../../stacks/constructs/topology-stack.ts";

/** A part of a JSON Schema. */
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/** Names of the fields on the way to a leaf; `[]` for the members of a list. */
type Path = readonly string[];

/** Ways to every field that has no fields of its own. */
function leavesOf(schema: Schema, path: Path = []): Path[] {
  const { properties, items, anyOf = [], oneOf = [] } = schema;
  const below = [
    ...Object.entries(properties ?? {}).flatMap(([name, field]) =>
      leavesOf(field, [...path, name]),
    ),
    ...[...anyOf, ...oneOf].flatMap((one) => leavesOf(one, path)),
    ...(items === undefined ? [] : leavesOf(items, [...path, "[]"])),
  ];
  // A list of plain values is one field.
  const own = below.filter(
    (leaf) => leaf.length > path.length && leaf.join() !== [...path, "[]"].join(),
  );
  return own.length === 0
    ? [path]
    : [...new Map(own.map((leaf) => [leaf.join("."), leaf])).values()];
}

/** An object in which only that path has a value. */
function only(path: Path, value: unknown): unknown {
  return path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, name) => {
    if (name === "[]") return Array.isArray(inner) ? (inner as unknown[])[0] : undefined;
    return inner !== null && typeof inner === "object"
      ? (inner as Record<string, unknown>)[name]
      : undefined;
  }, value);
}

const MARK = "said beside the props";

/** The configuration of a balancer when one leaf is said where it belongs. */
function writtenWith(path: Path): unknown {
  const [kind, , ...rest] = path;
  const inPool = kind === "pools";
  const inBackend = inPool && rest[0] === "backends";
  // The types forbid a mark where a number belongs; whether it arrives is all that matters here.
  const said = (at: Path) => only(at, MARK) as Record<string, never>;
  const stack = new TopologyStack(declaringApp(), "any");
  const pair = new BalancerPair(stack, "lb");
  const listener = pair.addListener("web", {
    ...(kind === "listeners" ? { configuration: said(rest) } : {}),
  });
  listener.addTargets("app", {
    count: 1,
    ...(inBackend ? { backendConfiguration: () => said(rest.slice(2)) } : {}),
    ...(inPool && !inBackend ? { configuration: said(rest) } : {}),
  });
  const beside = inPool || kind === "listeners" ? {} : said(path);
  return balancerConfig({
    config: { listeners: pair.listeners, timeouts: {}, configuration: beside },
    failover: { kind: "fixed", addresses: [] },
  });
}

describe("the balancer's configuration", () => {
  const leaves = leavesOf(configJsonSchema() as Schema);
  // Constructs give these: ids are those of constructs, and a listener's pool is its targets'.
  const given = ["listeners.[].id", "listeners.[].pool", "pools.[].id", "pools.[].backends.[].id"];
  // The rest of a node relies on these.
  const fixed = ["admin", "failover"];
  const reachable = leaves.filter(
    (leaf) => !given.includes(leaf.join(".")) && !fixed.includes(leaf[0] ?? ""),
  );

  test("has the leaves that are looked for", () => {
    const names = leaves.map((leaf) => leaf.join("."));
    expect(names).toEqual(
      expect.arrayContaining([...given, "admin.socket", "pools.[].healthCheck.rise"]),
    );
    expect(names.length).toBeGreaterThan(40);
  });

  test.each(reachable.map((leaf) => [leaf.join("."), leaf] as const))(
    "can be said through constructs: %s",
    (_, leaf) => {
      expect(valueAt(writtenWith(leaf), leaf)).toBe(MARK);
    },
  );

  test("is said in depth without losing what stands beside it", () => {
    const written = { a: { b: 1, c: [1, 2] }, d: 4 };
    expect(mergedConfiguration(written, { a: { c: [3] } })).toEqual({ a: { b: 1, c: [3] }, d: 4 });
    expect(mergedConfiguration(written, undefined)).toEqual(written);
  });
});

describe("the algorithms", () => {
  test("are the balancer's selection policies, each under its own name", () => {
    const factories = Object.getOwnPropertyNames(Algorithm).filter(
      (name) => typeof Reflect.get(Algorithm, name) === "function",
    );
    const camel = (name: string) =>
      name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    expect(factories.toSorted()).toEqual(POLICY_NAMES.map(camel).toSorted());
    for (const name of POLICY_NAMES) {
      const factory: unknown = Reflect.get(Algorithm, camel(name));
      const algorithm: unknown = (factory as () => unknown)();
      expect(algorithm instanceof Algorithm && algorithm.toInput().policy).toBe(name);
    }
  });
});
