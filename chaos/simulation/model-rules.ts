import type { z } from "zod";

/**
 * What a model must keep that no single field can: called with whatever was parsed, so it reads
 * with care.
 */
export function modelRules(document: unknown, context: z.RefinementCtx): void {
  const model = fieldsOf(document);
  const problem = (path: (string | number)[], message: string): void =>
    context.addIssue({ code: "custom", path, message });

  if (model["requests"] === undefined && model["duration"] === undefined) {
    problem(["requests"], "says no end, and neither does duration | Give one of the two.");
  }
  if (model["requests"] !== undefined && model["duration"] !== undefined) {
    problem(["duration"], "stands beside requests | Give only one of the two.");
  }
  const balancers = fieldsOf(model["balancers"]);
  if (balancers["shared"] === true && balancers["hearsEvery"] === undefined) {
    problem(
      ["balancers", "shared"],
      "needs a time between two reports | Give balancers.hearsEvery, or leave shared out.",
    );
  }
  const check = fieldsOf(model["healthCheck"]);
  const { interval, timeout } = check;
  if (typeof interval === "number" && typeof timeout === "number" && timeout > interval) {
    problem(["healthCheck", "timeout"], "is above the interval | Use one up to the interval.");
  }
  listOf(model["changes"]).forEach(({ becomes }, index) => {
    const { kind } = fieldsOf(becomes);
    if (model["healthCheck"] === undefined || (kind !== "withdrawn" && kind !== "admitted")) return;
    problem(
      ["changes", index, "becomes", "kind"],
      `is ${kind}, and healthCheck decides that | Leave one of the two out.`,
    );
  });
  const backends = listOf(model["backends"]);
  const counts = backends.map((group) => group["count"]);
  // One that is wrong is told already, and without it nothing can be counted.
  if (!counts.every((count) => typeof count === "number")) return;
  const total = counts.reduce<number>((sum, count) => sum + count, 0);
  listOf(model["changes"]).forEach(({ first = 0, count = 1 }, index) => {
    if (typeof first !== "number" || typeof count !== "number" || first + count <= total) return;
    problem(
      ["changes", index, "first"],
      `reaches to backend ${first + count - 1}, and the last one is ${total - 1} | Use backends from 0 to ${total - 1}.`,
    );
  });
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};
}

function listOf(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}
