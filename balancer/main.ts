import { flushCompileCache } from "node:module";
import { hostname } from "node:os";
import { parseArgs } from "node:util";
import { z } from "zod";
import { configJsonSchema, parseConfig, type Config } from "./config.ts";
import { LoadBalancer } from "./load-balancer.ts";
import { readDocument, Unreadable } from "./reload/document-file.ts";
import { FileWatch } from "./reload/file-watch.ts";
import { reloadAndTell } from "./reload/reload-on-demand.ts";
import { Predecessor } from "./restart/predecessor.ts";
import { startSuccessor } from "./restart/successor.ts";
import { eventWriter } from "./telemetry/event.ts";

/**
 * The balancer as a program. Events go to standard output, one JSON line each; what people should
 * read goes to standard error.
 */

const HELP = `Usage: node balancer/main.ts --config FILE [--watch | --check]

  --config FILE   the configuration, one JSON document
  --watch         take the configuration over whenever the file changes
  --check         check the configuration, print the result, and exit
  --schema        print the JSON Schema of the configuration, for editors
  --help          print this

EVENKEEL_NODE_ID names this node in events; the host name does when it is not set.
SIGHUP reads the configuration anew and takes it over, whole or not at all.
SIGUSR2 has a new process take over without a lost request, which reads the configuration anew.
SIGTERM and SIGINT stop the balancer: it finishes what is in flight, and exits with 0.
Exit codes: 0 stopped as asked, 1 invalid configuration or failed start, 64 wrong use.
`;

const [OK, FAILED, WRONG_USE] = [0, 1, 64];
/** A terminal's Ctrl-C can arrive twice at once; only a later one means "now". */
const IMPATIENT_AFTER_MS = 1_000;

/** Thrown when the program is called wrongly. */
class WrongUse extends Error {}

// One document is checked once: compiling the checks would take longer than they do.
z.config({ jitless: true });
process.stdout.on("error", () => undefined); // Whoever read the events is gone; clients are not.
void run(process.argv.slice(2)).then(exitWith);

async function run(args: readonly string[]): Promise<number> {
  const predecessor = Predecessor.find();
  try {
    const options = optionsOf(args);
    if (options.help === true) return print(HELP);
    if (options.schema === true) return print(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
    if (options.config === undefined) throw new WrongUse("--config FILE is missing.");
    const path = options.config;
    const read = (): unknown => readDocument(path, "The configuration");
    const written = read();
    const config = parseConfig(written);
    if (options.check === true) return print(summary(config));
    const watched = options.watch === true ? path : null;
    return await serve(config, { written, read, watched }, predecessor);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const wrongUse = error instanceof WrongUse || error instanceof Unreadable;
    process.stderr.write(`${message}${wrongUse ? " Call with --help to see how." : ""}\n`);
    return wrongUse ? WRONG_USE : FAILED;
  }
}

/** Where the configuration comes from. */
interface Source {
  readonly written: unknown;
  readonly read: () => unknown;
  /** File whose changes are taken over; null for none. */
  readonly watched: string | null;
}

async function serve(
  config: Config,
  { written, read, watched }: Source,
  predecessor: Predecessor | undefined,
): Promise<number> {
  const nodeId = process.env["EVENKEEL_NODE_ID"] ?? hostname();
  const warn = (message: string): void => void process.stderr.write(`${message}\n`);
  const balancer = LoadBalancer.create(
    config,
    {
      nodeId,
      emit: eventWriter(nodeId, "balancer", (line) => process.stdout.write(line)),
      warn,
      now: () => performance.now(),
      random: Math.random,
      reread: read,
      startSuccessor,
    },
    written,
  );
  const reload = (by: string): void => void reloadAndTell(balancer, by, warn);
  process.on("SIGHUP", reload);
  const watch = watched === null ? null : new FileWatch(watched, () => reload("file"));
  // Told by the balancer itself.
  process.on("SIGUSR2", () => void balancer.restart("SIGUSR2").catch(() => undefined));
  const exitCode = stopOnSignals(balancer);
  await balancer.start(predecessor);
  // Written at exit only otherwise, and a process in a lab seldom gets to a normal exit.
  flushCompileCache();
  await balancer.ended;
  watch?.close();
  return exitCode();
}

/** Stops the balancer on signals; what is returned tells the exit code once it has stopped. */
function stopOnSignals(balancer: LoadBalancer): () => number {
  let firstAt: number | null = null;
  let code = OK;
  const stop = (reason: string): void => {
    const hurried = firstAt !== null && performance.now() - firstAt > IMPATIENT_AFTER_MS;
    firstAt ??= performance.now();
    if (hurried) code = FAILED;
    void balancer.stop({ reason, hurried });
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  return () => code;
}

function optionsOf(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        config: { type: "string" },
        check: { type: "boolean" },
        watch: { type: "boolean" },
        schema: { type: "boolean" },
        help: { type: "boolean" },
      },
    });
    return values;
  } catch (error) {
    throw new WrongUse(error instanceof Error ? error.message : String(error));
  }
}

function summary({ listeners, pools }: Config): string {
  const backends = pools.reduce((sum, pool) => sum + pool.backends.length, 0);
  return `The configuration is valid: ${listeners.length} listener(s), ${pools.length} pool(s), ${backends} backend(s).\n`;
}

function print(text: string): number {
  process.stdout.write(text);
  return OK;
}

/** Exits once everything written is out. */
function exitWith(code: number): void {
  process.stdout.write("", () => process.exit(code));
}
