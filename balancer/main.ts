import { readFileSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { hostname } from "node:os";
import { parseArgs } from "node:util";
import { z } from "zod";
import { configJsonSchema, parseConfig, type Config } from "./config.ts";
import { InvalidDocument } from "./errors.ts";
import { LoadBalancer } from "./load-balancer.ts";
import { eventWriter } from "./telemetry/event.ts";

/**
 * The balancer as a program. Events go to standard output, one JSON line each; what people should
 * read goes to standard error.
 */

const HELP = `Usage: node balancer/main.ts --config FILE [--check]

  --config FILE   the configuration, one JSON document
  --check         check the configuration, print the result, and exit
  --schema        print the JSON Schema of the configuration, for editors
  --help          print this

EVENKEEL_NODE_ID names this node in events; the host name does when it is not set.
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
  try {
    const options = optionsOf(args);
    if (options.help === true) return print(HELP);
    if (options.schema === true) return print(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
    if (options.config === undefined) throw new WrongUse("--config FILE is missing.");
    const config = readConfig(options.config);
    return options.check === true ? print(summary(config)) : await serve(config);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const wrongUse = error instanceof WrongUse;
    process.stderr.write(`${message}${wrongUse ? " Call with --help to see how." : ""}\n`);
    return wrongUse ? WRONG_USE : FAILED;
  }
}

async function serve(config: Config): Promise<number> {
  const nodeId = process.env["EVENKEEL_NODE_ID"] ?? hostname();
  const balancer = LoadBalancer.create(config, {
    nodeId,
    emit: eventWriter(nodeId, "balancer", (line) => process.stdout.write(line)),
    warn: (message) => process.stderr.write(`${message}\n`),
    now: () => performance.now(),
    random: Math.random,
  });
  const stopped = stopSignal(balancer);
  await balancer.start();
  // Written at exit only otherwise, and a process in a lab seldom gets to a normal exit.
  flushCompileCache();
  await stopped;
  return OK;
}

/** Resolves when a signal has stopped the balancer. */
function stopSignal(balancer: LoadBalancer): Promise<void> {
  return new Promise((resolve, reject) => {
    let firstAt: number | null = null;
    const stop = (reason: string): void => {
      if (firstAt !== null) {
        if (performance.now() - firstAt > IMPATIENT_AFTER_MS) exitWith(FAILED);
        return;
      }
      firstAt = performance.now();
      balancer.stop({ reason }).then(resolve, reject);
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
  });
}

function optionsOf(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        config: { type: "string" },
        check: { type: "boolean" },
        schema: { type: "boolean" },
        help: { type: "boolean" },
      },
    });
    return values;
  } catch (error) {
    throw new WrongUse(error instanceof Error ? error.message : String(error));
  }
}

function readConfig(path: string): Config {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new WrongUse(`The configuration ${path} cannot be read: ${why}.`);
  }
  return parseConfig(jsonOf(text));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const message = `is not JSON: ${error instanceof Error ? error.message : String(error)}`;
    const next = "Correct it; JSON has neither comments nor trailing commas.";
    throw new InvalidDocument("The configuration", [{ path: "", value: "text", message, next }]);
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
