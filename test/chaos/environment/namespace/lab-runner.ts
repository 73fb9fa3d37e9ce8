import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NamespaceEnvironment } from "../../../../chaos/environment/namespace/namespace-environment.ts";
import { smallTopology } from "../small-topology.ts";

/**
 * Deploys the small topology, hurts it in three ways and says so; then waits for ever, or until
 * the lab dies. Started by tests, which kill parts of it.
 */
const logDirectory = mkdtempSync(join(tmpdir(), "evenkeel-sigkill-"));
const deployment = await new NamespaceEnvironment({ logDirectory }).deploy(smallTopology());
const say = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

await deployment.node("app-1").isolate();
await deployment.node("app-2").pause();
const asleep = Promise.withResolvers<void>();
await deployment
  .node("client")
  .spawn(["sh", "-c", "echo; exec sleep 86399"], { onStdout: () => asleep.resolve() });
await asleep.promise;
say({ lab: deployment.pid, logDirectory });
try {
  await deployment.waitForEvent(() => false, { deadlineMs: 3_600_000, waitingFor: "the end" });
} catch (error) {
  say({ told: String(error) });
}
