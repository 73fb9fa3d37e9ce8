import { describe, expect, test } from "vitest";
import { BASE_IMAGE } from "../../../../chaos/setup/images/base-image.ts";
import {
  layOutNode,
  layOutPrograms,
  withContext,
} from "../../../../chaos/setup/images/build-context.ts";
import { buildImages } from "../../../../chaos/setup/images/build-images.ts";
import { checkImages } from "../../../../chaos/setup/images/check-images.ts";
import { dockerBuild } from "../../../../chaos/setup/images/docker-build.ts";
import { layersOf } from "../../../../chaos/setup/images/layers.ts";
import { imageParts } from "../../../../chaos/setup/images/parts.ts";
import { thisMachine } from "../../../../chaos/setup/machine.ts";
import { IMAGE_NAMES } from "../../../../stacks/topology.ts";

const machine = thisMachine();
const found = await checkImages(machine);
const missing = found.state === "ready" ? null : `${found.problem}. ${found.next}`;
const NAMES = Object.values(IMAGE_NAMES);
const QUIET = { doing: () => undefined, done: () => undefined, failed: () => undefined };

/** Runs a program in an image as topologies do: without capabilities, on a root that is read only. */
async function inside(image: string, ...argv: readonly string[]): Promise<string> {
  const confined = ["--read-only", "--cap-drop", "ALL", "--network", "none", "--tmpfs", "/run"];
  const { code, output } = await machine.run(
    ["docker", "run", "--rm", "--init", ...confined, image, ...argv],
    { timeoutMs: 120_000 },
  );
  return code === 0 ? output.trim() : `ended with ${code}: ${output}`;
}

async function diffIds(image: string): Promise<readonly string[]> {
  const argv = ["docker", "image", "inspect", "--format", "{{json .RootFS.Layers}}", image];
  return JSON.parse((await machine.run(argv)).output) as readonly string[];
}

describe.skipIf(missing !== null)(`images${missing === null ? "" : ` (${missing})`}`, () => {
  test.each(NAMES)("%s weighs 350 MB at most", async (name) => {
    const layers = await layersOf(machine, name);
    const megabytes = layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / 1e6;
    expect(layers.length).toBeGreaterThanOrEqual(3);
    // Node alone has more than this.
    expect(megabytes).toBeGreaterThan(100);
    expect(megabytes).toBeLessThanOrEqual(350);
  });

  test("all stand on the same layers, which an engine keeps once", async () => {
    const [node = [], redis = [], toxiproxy = []] = await Promise.all(NAMES.map(diffIds));
    expect(redis).toEqual(node);
    expect(toxiproxy.slice(0, node.length)).toEqual(node);
    expect(toxiproxy).toHaveLength(node.length + 1);
  });

  test.each(NAMES)("%s has the programs of its nodes, and runs them", async (name) => {
    expect(await inside(name, "node", "--version")).toBe(process.version);
    const programs = ["evenkeel-agent", "ip", "bridge", "socat", "tini"].concat(
      name === IMAGE_NAMES.node ? ["keepalived", "evenkeel-balancer", "evenkeel-prober"] : [],
      name === IMAGE_NAMES.redis ? ["redis-server"] : [],
      name === IMAGE_NAMES.toxiproxy ? ["toxiproxy-server"] : [],
    );
    const look = `for p in ${programs.join(" ")}; do command -v $p >/dev/null || echo no $p; done`;
    expect(await inside(name, "sh", "-c", look)).toBe("");
  });

  test("the bundles need nothing else: the agent says what it lacks", async () => {
    expect(await inside(IMAGE_NAMES.node, "evenkeel-agent")).toContain("EVENKEEL_NODE");
  });

  test("keepalived, Redis and Toxiproxy start, so their libraries are there", async () => {
    expect(await inside(IMAGE_NAMES.node, "keepalived", "--version")).toContain("Keepalived v");
    expect(await inside(IMAGE_NAMES.redis, "redis-server", "--version")).toContain(
      "Redis server v",
    );
    expect(await inside(IMAGE_NAMES.toxiproxy, "toxiproxy-server", "--version")).toContain(
      "version",
    );
  });

  test("no image has build tools", async () => {
    const look = "for p in cc gcc make g++ ld as npm npx go git; do command -v $p; done; true";
    for (const name of NAMES) expect(await inside(name, "sh", "-c", look)).toBe("");
  });

  test("what is as the sources have it is not built again", async () => {
    const told: string[] = [];
    const tell = (text: string): void => void told.push(text);
    const steps = { doing: tell, done: tell, failed: tell };
    expect(await buildImages({ machine, steps })).toBeNull();
    expect(told).toEqual([]);
  });

  test("built again without a cache, the layers are the same bytes", async () => {
    const [runtime, again] = ["evenkeel/runtime-again:test", "evenkeel/again:test"];
    const anew = { inputs: "none", fresh: true };
    const bringing = { machine, steps: QUIET };
    try {
      const parts = await imageParts(machine);
      const problems = [
        await withContext(
          async (context) => layOutNode(context, parts.node),
          async (context) =>
            dockerBuild(bringing, {
              ...anew,
              dockerfile: "runtime.Dockerfile",
              context,
              name: runtime,
              buildArgs: { BASE: BASE_IMAGE },
            }),
        ),
        await withContext(
          async (context) => layOutPrograms(context, parts),
          async (context) =>
            dockerBuild(bringing, {
              ...anew,
              dockerfile: "Dockerfile",
              context,
              target: "toxiproxy",
              name: again,
              buildArgs: { RUNTIME: runtime },
            }),
        ),
      ];
      expect(problems).toEqual([null, null]);
      expect(await diffIds(again)).toEqual(await diffIds(IMAGE_NAMES.toxiproxy));
    } finally {
      await machine.run(["docker", "image", "rm", "--force", again, runtime], {
        timeoutMs: 60_000,
      });
    }
  });
});
