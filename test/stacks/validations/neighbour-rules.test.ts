import { describe, expect, test } from "vitest";
import { Testing, type App } from "../../../stacks/cdk.ts";
import { Client } from "../../../stacks/constructs/client.ts";
import { TopologyStack } from "../../../stacks/constructs/topology-stack.ts";

function declare(app: App, id: string, subnet: string, hostPort?: number, nodeId = "client") {
  const stack = new TopologyStack(app, id, { subnet });
  const publish = hostPort === undefined ? [] : [{ port: 80, hostPort }];
  new Client(stack, nodeId, { publish });
  return stack;
}

/** What keeps the first of two stacks from being synthesized. */
function refusal(second: (app: App) => void): string {
  const app = Testing.app();
  const first = declare(app, "shop", "198.18.20.0/24", 8088);
  second(app);
  try {
    first.runAllValidations();
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe("topologies of one app", () => {
  test("may stand side by side on subnets and ports of their own", () => {
    expect(refusal((app) => declare(app, "bar", "198.18.21.0/24", 8089))).toBe("");
  });

  test.each(["198.18.20.0/24", "198.18.20.128/25", "198.18.0.0/16"])(
    "cannot have overlapping subnets, as with %s",
    (subnet) => {
      expect(refusal((app) => declare(app, "bar", subnet))).toMatch(
        /shop\.subnet: overlaps 198\.18\..* of bar.*subnet of its own/,
      );
    },
  );

  test("cannot publish at one port", () => {
    expect(refusal((app) => declare(app, "bar", "198.18.21.0/24", 8088))).toMatch(
      /shop\.client\.publish: leads to client of bar already \(found 8088\)/,
    );
  });

  test("cannot have containers of one name", () => {
    const app = Testing.app();
    const first = declare(app, "a", "198.18.20.0/24", undefined, "b-c");
    declare(app, "a-b", "198.18.21.0/24", undefined, "c");
    expect(() => first.runAllValidations()).toThrow(
      /a\.b-c: would be a container of the same name/,
    );
  });

  test("are told all their collisions at once", () => {
    const told = refusal((app) => declare(app, "bar", "198.18.20.0/24", 8088));
    expect(told).toMatch(/shop\.subnet/);
    expect(told).toMatch(/shop\.client\.publish/);
  });

  test("are not judged beside one that has problems of its own", () => {
    expect(refusal((app) => declare(app, "bar", "10.0.0.0/24", 8088))).toBe("");
  });
});
