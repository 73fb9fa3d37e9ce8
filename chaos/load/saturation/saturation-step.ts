import autocannon from "autocannon";
import { CompletionRate } from "./completion-rate.ts";
import type { StepRequest, StepSeen } from "./protocol.ts";

/** autocannon looks so often whether it is over. */
const LOOK_EVERY_MS = 100;
/** A request without an answer for so long is given up. */
const TIMEOUT_S = 10;
/** A connection that was refused or ended is opened again after so long. */
export const REOPEN_MS = 200;

/** What of autocannon's client is ours to change, beyond its types. */
interface Connecting {
  readonly destroyed: boolean;
  _connect(): void;
}

/**
 * Sends as fast as its connections are answered, for one step of a saturation run.
 *
 * Of autocannon's results only what it counts right is taken: its rates are counts over whole seconds, and
 * its response times are wrong once a connection was opened again (9.0.0).
 */
export async function saturationStep(request: Omit<StepRequest, "id">): Promise<StepSeen> {
  const { address, port, path, headers, connections, warmUpMs, measureMs } = request;
  const rate = new CompletionRate();
  let otherStatus = 0;
  let reopened = 0;
  const began = performance.now();
  const cpu = process.cpuUsage();
  const ended = Promise.withResolvers<autocannon.Result>();
  const running = autocannon(
    {
      url: `http://${address}:${port}${path}`,
      headers: { ...headers },
      connections,
      duration: (warmUpMs + measureMs) / 1_000,
      timeout: TIMEOUT_S,
      sampleInt: LOOK_EVERY_MS,
      setupClient: (client) => reopenLater(client, () => (reopened += 1)),
    },
    (error: Error | null, result) => (error === null ? ended.resolve(result) : ended.reject(error)),
  );
  running.on("response", (_client, status) => {
    const at = performance.now() - began;
    if (status < 200 || status > 299) otherStatus += 1;
    else if (at >= warmUpMs && at < warmUpMs + measureMs) rate.completed(at);
  });
  const { timeouts } = await ended.promise;
  const used = process.cpuUsage(cpu);
  return {
    perSecond: rate.perSecond(),
    answered: rate.count,
    otherStatus,
    timeouts,
    reopened,
    cpuShare: (used.user + used.system) / 1_000 / (performance.now() - began),
  };
}

/**
 * autocannon opens a connection again the moment it ends: at a door that refuses, it would do nothing
 * else, thousands of times a second, and so measure itself.
 */
function reopenLater(client: autocannon.Client, onReopen: () => void): void {
  const connecting = client as unknown as Connecting;
  const connect = connecting._connect.bind(client);
  let state: "new" | "open" | "waiting" = "new";
  connecting._connect = () => {
    if (state === "waiting") return; // One end may be told twice: as an end and as an error.
    const isFirst = state === "new";
    state = isFirst ? "open" : "waiting";
    if (isFirst) return connect();
    onReopen();
    setTimeout(() => {
      if (connecting.destroyed) return;
      state = "open";
      connect();
    }, REOPEN_MS);
  };
}
