import { DockerEnvironment } from "../../../../chaos/environment/docker/docker-environment.ts";

/** A runner that hurts a deployed topology in several ways, tells so, and waits to be killed. */
const [topologyId = "", root = ""] = process.argv.slice(2);
const deployment = await new DockerEnvironment({ lease: { root } }).attach(topologyId);
await deployment.node("app-1").kill({ silent: true });
await deployment.node("app-2").isolate();
await deployment.node("client").pause();
process.stdout.write("hurt\n");
setInterval(() => undefined, 1 << 30);
