import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { terraformEnvironment } from "../../chaos/setup/provider/check-provider.ts";
import { providerPlace } from "../../chaos/setup/provider/provider-place.ts";
import { App } from "../../stacks/cdk.ts";
import { BackendPool } from "../../stacks/constructs/backend-pool.ts";
import type { BackendPoolProps } from "../../stacks/constructs/backend-pool.ts";
import { BalancerPair } from "../../stacks/constructs/balancer-pair.ts";
import { Client } from "../../stacks/constructs/client.ts";
import type { ClientProps } from "../../stacks/constructs/client.ts";
import { ContainerImage } from "../../stacks/constructs/container-image.ts";
import { SessionStore } from "../../stacks/constructs/session-store.ts";
import { Size } from "../../stacks/constructs/size.ts";
import { TopologyStack } from "../../stacks/constructs/topology-stack.ts";
import { IMAGE_NAMES, LABELS } from "../../stacks/topology.ts";

const run = promisify(execFile);
const docker = new Docker();
const missing = await whatIsMissing();
const ID = "planned";

/** Names of our own for what the images are now: somebody may build them anew meanwhile. */
const IMAGES = { node: `evenkeel/${ID}-node:test`, redis: `evenkeel/${ID}-redis:test` } as const;
const image = ContainerImage.fromLocal(IMAGES.node);

/** Why nothing can be deployed here; null when it can. */
async function whatIsMissing(): Promise<string | null> {
  const next = 'Run "npm run setup -- --for docker".';
  if (!existsSync(providerPlace().cliConfig)) return `Terraform's provider is missing. ${next}`;
  try {
    for (const name of Object.values(IMAGE_NAMES)) await docker.getImage(name).inspect();
    return null;
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}. ${next}`;
  }
}

/** What may differ from what is deployed. */
interface Change {
  readonly client?: ClientProps;
  readonly pool?: BackendPoolProps;
  readonly interval?: string;
}

describe.skipIf(missing !== null)(
  `a deployed topology${missing === null ? "" : ` (${missing})`}`,
  () => {
    let folder = "";

    /** A topology with something of everything that a container can have. */
    function synthesize({ client = {}, pool = {}, interval }: Change = {}): void {
      const app = new App({ outdir: folder });
      const stack = new TopologyStack(app, ID, { subnet: "198.18.201.0/24" });
      const store = new SessionStore(stack, "store", {
        image: ContainerImage.fromLocal(IMAGES.redis),
        cpus: 0.5,
      });
      const backends = new BackendPool(stack, "app", {
        count: 1,
        image,
        sessions: { store },
        publish: [{ port: 8080, hostPort: 18_201 }],
        ...pool,
      });
      new BalancerPair(stack, "lb", { image }).addListener("web", { pool: backends });
      const { container } = new Client(stack, "client", { image, ...client });
      if (interval !== undefined) container.addOverride("healthcheck.interval", interval);
      stack.addOverride("terraform.backend.local.path", join(folder, "state"));
      app.synth();
    }

    async function terraform(...args: readonly string[]): Promise<string> {
      const cwd = join(folder, "stacks", ID);
      const env = { ...process.env, ...terraformEnvironment() };
      const { stdout } = await run("terraform", [...args, "-no-color"], {
        cwd,
        env,
        maxBuffer: 2 ** 26,
      });
      return stdout;
    }

    /** Names of what a deployment of that would do something to, without doing it. */
    async function planned(change?: Change): Promise<readonly string[]> {
      synthesize(change);
      await terraform("plan", "-input=false", "-out=plan");
      const { resource_changes: changes = [] } = JSON.parse(
        await terraform("show", "-json", "plan"),
      ) as {
        readonly resource_changes?: readonly {
          readonly change: {
            readonly actions: readonly string[];
            readonly before: { readonly name: string } | null;
          };
        }[];
      };
      return changes
        .filter(({ change: { actions } }) => actions.join() !== "no-op")
        .map(({ change: { before } }) => before?.name ?? "(new)");
    }

    beforeAll(async () => {
      folder = mkdtempSync("/tmp/evenkeel-");
      for (const name of ["node", "redis"] as const) {
        const [repo = "", tag = ""] = IMAGES[name].split(":");
        await docker.getImage(IMAGE_NAMES[name]).tag({ repo, tag });
      }
      synthesize();
      await terraform("init", "-input=false");
      await terraform("apply", "-auto-approve", "-input=false");
    });

    afterAll(async () => {
      await terraform("destroy", "-auto-approve", "-input=false");
      rmSync(folder, { recursive: true });
      for (const name of Object.values(IMAGES)) await docker.getImage(name).remove();
    });

    test("is as it was declared: a second plan is empty", async () => {
      expect(await planned()).toEqual([]);
    });

    test.each([
      ["the image", { client: { image: ContainerImage.fromLocal(IMAGES.redis) } }, "client"],
      ["the memory", { client: { memory: Size.mebibytes(128) } }, "client"],
      ["a variable", { pool: { environment: { COLOUR: "blue" } } }, "app-1"],
      ["the health check", { interval: "9s" }, "client"],
    ] as const)(
      "is planned anew where %s of one node changes, and nowhere else",
      async (_, change, node) => {
        expect(await planned(change)).toEqual([`${ID}-${node}`]);
      },
    );

    test("gives its nodes the privileges that they need, and no more", async () => {
      const { HostConfig: balancer } = await docker.getContainer(`${ID}-lb-a`).inspect();
      const { HostConfig: client } = await docker.getContainer(`${ID}-client`).inspect();
      expect(balancer.CapAdd).toEqual(["CAP_NET_ADMIN", "CAP_NET_RAW"]);
      expect(client.CapAdd ?? []).toEqual([]);
      for (const host of [balancer, client]) {
        expect(host).toMatchObject({
          CapDrop: ["ALL"],
          Privileged: false,
          ReadonlyRootfs: true,
          SecurityOpt: ["no-new-privileges:true"],
        });
        expect(host.Memory).toBe(256 * 2 ** 20);
      }
      const { HostConfig: backend } = await docker.getContainer(`${ID}-app-1`).inspect();
      expect(backend.PortBindings).toEqual({
        "8080/tcp": [{ HostIp: "127.0.0.1", HostPort: "18201" }],
      });
    });

    test("translates no addresses between its nodes", async () => {
      const { Options: options } = (await docker.getNetwork(`evenkeel-${ID}`).inspect()) as {
        readonly Options: Readonly<Record<string, string>>;
      };
      expect(options["com.docker.network.bridge.enable_ip_masquerade"]).toBe("false");
    });

    test("leaves nothing behind when it is destroyed", async () => {
      await terraform("destroy", "-auto-approve", "-input=false");
      const filters = { label: [`${LABELS.topology}=${ID}`] };
      expect(await docker.listContainers({ all: true, filters })).toEqual([]);
      expect(await docker.listNetworks({ filters })).toEqual([]);
    });
  },
);
