import { DockerEnvironment } from "../../../../chaos/environment/docker/docker-environment.ts";
import { Engine } from "../../../../chaos/environment/docker/engine.ts";

/** A runner that kills a node and cannot start it again; it says why, and has nothing more to do then. */
class EngineThatStartsNothing extends Engine {
  override start(): Promise<void> {
    return Promise.reject(new Error("This engine starts nothing."));
  }
}

const [topologyId = "", root = ""] = process.argv.slice(2);
const environment = new DockerEnvironment({
  engine: new EngineThatStartsNothing(),
  lease: { root },
});
const deployment = await environment.attach(topologyId);
await deployment.node("app-1").kill();
try {
  await deployment[Symbol.asyncDispose]();
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
