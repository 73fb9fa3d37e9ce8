import { once } from "node:events";
import module from "node:module";
import { eventLines } from "../../chaos/environment/event-lines.ts";
import { application } from "./application.ts";
import { BehaviourSwitch } from "./behaviour-switch.ts";
import { openControl } from "./control.ts";
import { LoadMeter } from "./load-meter.ts";
import { InvalidOptions, parseOptions } from "./options.ts";
import { NO_LOG, openRequestLog } from "./request-log.ts";
import { openedOnFirstUse, openSessionStore } from "./session-store.ts";
import { drawServiceMs, seededRandom } from "./service-time.ts";
import { WorkerQueue } from "./worker-queue.ts";

/**
 * The sample application behind the balancer. Writes `ready on port N` when it accepts; SIGTERM
 * refuses new connections, finishes what is in flight and exits with 0. Wrong use exits with 64.
 */

/** Of one call to the session store. */
const STORE_DEADLINE_MS = 1_000;
/** Keeps the draws of misbehaviour apart from those of service times, which it must not change. */
const BEHAVIOUR_SEED = 0x6b657263;

async function run(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  let booted = options.bootDelayMs === 0;
  let stopping = false;
  const random = seededRandom(options.seed);
  const { redis } = options;
  const sessions =
    redis &&
    openedOnFirstUse(() =>
      openSessionStore({
        ...redis,
        ttlSeconds: options.sessionTtlSeconds,
        deadlineMs: STORE_DEADLINE_MS,
      }),
    );
  const log = options.log === undefined ? NO_LOG : openRequestLog(options.log);
  const behaviour = new BehaviourSwitch(seededRandom(options.seed ^ BEHAVIOUR_SEED));
  const control =
    options.control === undefined ? undefined : await openControl(options.control, behaviour);
  const node = process.env["EVENKEEL_NODE_ID"] ?? "backend";
  const tell = eventLines(node, "backend", (line) => void process.stdout.write(line));
  const workers = new WorkerQueue(options.workers, options.queue);
  const load = new LoadMeter(
    () => workers.takeWaitingMost(),
    (seen) => tell("backend.load", { ...seen }),
  );
  const { server, stop } = application({
    node,
    workers,
    load,
    drawServiceMs: () => drawServiceMs(options.service, random),
    sessions,
    sessionTtlSeconds: options.sessionTtlSeconds,
    log,
    accepting: () => booted && !stopping,
    behaviour,
    idleTimeoutMs: options.idleTimeoutMs,
  });

  let booting: NodeJS.Timeout | undefined;
  process.once("SIGTERM", () => {
    clearTimeout(booting);
    stopping = true;
    stop();
  });

  server.listen(options.port, options.address);
  await once(server, "listening");
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : options.port;
  process.stdout.write(`ready on port ${port}\n`);
  if (!booted) {
    booting = setTimeout(() => {
      booted = true;
      process.stdout.write("booted\n");
    }, options.bootDelayMs);
  }
  module.flushCompileCache();

  await once(server, "close");
  load.close();
  sessions?.close();
  control?.close();
  control?.closeAllConnections();
  await log.close();
}

run(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof InvalidOptions ? 64 : 1;
});
