import { createHash } from "node:crypto";
import { LABELS } from "../labels.ts";

interface LabelEntry {
  readonly label: string;
  readonly value: string;
}

interface ContainerAttributes {
  readonly labels?: readonly LabelEntry[];
  readonly "//"?: unknown;
}

/** A stack's Terraform configuration in which the named containers have their hashes. */
export function withSpecHashes(configuration: unknown, names: readonly string[]): unknown {
  const { resource = {}, ...rest } = configuration as {
    readonly resource?: { readonly docker_container?: Record<string, ContainerAttributes> };
  };
  const { docker_container: containers } = resource;
  if (containers === undefined) return configuration;
  const byName: Record<string, ContainerAttributes> = {};
  for (const [name, container] of Object.entries(containers)) {
    byName[name] = names.includes(name) ? withSpecHash(container) : container;
  }
  return { ...rest, resource: { ...resource, docker_container: byName } };
}

/**
 * A container's Terraform attributes with a label that is their hash. The provider reports some
 * changes as made without making them (health check, tmpfs, init); a changed label is a new
 * container, which has them all.
 */
function withSpecHash(container: ContainerAttributes): ContainerAttributes {
  // What cdktf notes about itself is no part of the container.
  const { labels = [], "//": _, ...rest } = container;
  const kept = labels.filter(({ label }) => label !== LABELS.specHash);
  const value = createHash("sha256")
    .update(canonical({ ...rest, labels: kept }))
    .digest("hex")
    .slice(0, 16);
  return { ...container, labels: [...kept, { label: LABELS.specHash, value }] };
}

/** JSON in which the order of keys does not matter. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
