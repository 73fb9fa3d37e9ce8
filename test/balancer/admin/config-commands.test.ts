import { describe, expect, test } from "vitest";
import { commandAnswer, type ConfigSubject } from "../../../balancer/admin/config-commands.ts";
import { parseConfig } from "../../../balancer/config.ts";
import { ListenFailed } from "../../../balancer/listener/listen-failed.ts";
import { readDocument } from "../../../balancer/reload/document-file.ts";
import { NotChangeable } from "../../../balancer/reload/not-changeable.ts";

const none = { added: [], removed: [], changed: [] };
const changes = { listeners: none, pools: none, backends: none, sections: ["limits"] };

/** A balancer that notes what it is asked, and does what it is told to instead. */
function subjectOf(act: () => void = () => {}): ConfigSubject & { readonly asked: unknown[] } {
  const asked: unknown[] = [];
  return {
    asked,
    written: {},
    dryRun: (written) => {
      asked.push(["dry-run", written]);
      act();
      return changes;
    },
    apply: async (written, by) => {
      asked.push(["apply", written, by]);
      act();
      return changes;
    },
    reload: async (by) => {
      asked.push(["reload", by]);
      act();
      return changes;
    },
    restart: async (by) => {
      asked.push(["restart", by]);
      act();
      return 4711;
    },
  };
}

test.for([
  { path: "/config", asked: ["apply", { a: 1 }, "admin"], applied: true },
  { path: "/config/dry-run", asked: ["dry-run", { a: 1 }], applied: false },
  { path: "/config/reload", asked: ["reload", "admin"], applied: true },
])("POST $path answers what changes", async ({ path, asked, applied }) => {
  const subject = subjectOf();
  expect(await commandAnswer(subject, path, '{"a":1}')).toEqual({
    status: 200,
    body: { applied, changes },
  });
  expect(subject.asked).toEqual([asked]);
});

test("POST /restart answers the pid of who follows", async () => {
  const subject = subjectOf();
  expect(await commandAnswer(subject, "/restart", "")).toEqual({
    status: 200,
    body: { pid: 4711 },
  });
  expect(subject.asked).toEqual([["restart", "admin"]]);
});

test("any other path is somebody else's", async () => {
  expect(await commandAnswer(subjectOf(), "/pools", "{}")).toBeUndefined();
  expect(await commandAnswer(subjectOf(), "/toString", "{}")).toBeUndefined();
});

describe("a refusal says that the running configuration is untouched", () => {
  const refusals = [
    {
      what: "a document with problems",
      status: 422,
      code: "invalid-document",
      act: () => void parseConfig({}),
    },
    {
      what: "a file that cannot be read",
      status: 422,
      code: "unreadable",
      act: () => void readDocument("/nowhere/balancer.json", "The configuration"),
    },
    {
      what: "a port that is taken",
      status: 409,
      code: "listen-failed",
      act: () => {
        throw new ListenFailed({ id: "web", address: "0.0.0.0", port: 80 }, new Error("taken"));
      },
    },
    {
      what: "a balancer that is going",
      status: 503,
      code: "not-changeable",
      act: () => {
        throw new NotChangeable("draining");
      },
    },
  ];
  test.for(refusals)("$what: $status", async ({ status, code, act }) => {
    const answer = await commandAnswer(subjectOf(act), "/config", "{}");
    expect(answer).toMatchObject({ status, body: { code } });
    expect(JSON.stringify(answer?.body)).toContain("The running configuration is untouched.");
  });

  test("a body that is no JSON: 400", async () => {
    const answer = await commandAnswer(subjectOf(), "/config", "{a");
    expect(answer).toMatchObject({ status: 400, body: { code: "not-json" } });
  });

  test("a document with problems lists every one of them", async () => {
    const answer = await commandAnswer(
      subjectOf(() => void parseConfig({})),
      "/config",
      "{}",
    );
    expect(answer?.body).toMatchObject({
      problems: [{ path: "listeners" }, { path: "pools" }],
    });
  });
});
