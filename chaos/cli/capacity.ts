import { InvalidArgumentError, Option, type Command } from "commander";
import { parseDuration } from "../../balancer/index.ts";
import { NamespaceEnvironment } from "../environment/namespace/namespace-environment.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { capacityTarget } from "../load/saturation/capacity-target.ts";
import { LADDER, type Finding } from "../load/saturation/ladder.ts";
import {
  measureCapacity,
  type CapacityPlan,
  type CapacityProgress,
} from "../load/saturation/measure-capacity.ts";
import { renderFinding, renderStep, renderStepHeader } from "../load/saturation/render-capacity.ts";
import type { Load } from "../scenario.ts";
import { requireLab } from "../setup/lab-requirements.ts";
import { thisMachine } from "../setup/machine.ts";
import { loadScenario, scenarioIds } from "./scenario-catalogue.ts";
import { stopSignals } from "./stop-signals.ts";
import { topologyNamed } from "./topology-named.ts";
import { wholeNumber } from "./whole-number.ts";

const DEFAULT_MEASURE_MS = 2_000;
const EXIT_OF: Readonly<Record<Finding["kind"], ExitCode>> = {
  capacity: EXIT.pass,
  invalid: EXIT.invalid,
  inconclusive: EXIT.inconclusive,
};

interface CapacityOptions {
  readonly balancer?: string;
  readonly path?: string;
  readonly service?: number;
  readonly maxConnections: number;
  readonly step?: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** `evenkeel capacity`: how many requests a second one balancer can carry. */
export function addCapacity(program: Command): void {
  program
    .command("capacity <topology-or-scenario>")
    .description(
      "Saturate one balancer, closed-loop, and tell how many requests a second it carries.",
    )
    .option("--balancer <id>", "which one (default: the first)")
    .option(
      "--path <path>",
      "what is requested (default: as the scenario says, else /)",
      requestPath,
    )
    .option(
      "--service <duration>",
      "how long a backend works on each request (default: as the scenario or the topology says)",
      duration(1, 10_000),
    )
    .option(
      "--max-connections <n>",
      "no step has more connections",
      wholeNumber(2),
      LADDER.maxConnections,
    )
    .option(
      "--step <duration>",
      "for how long the responses of a step are counted (default: 2s)",
      duration(500, 60_000),
    )
    .option("--json", "print the record as JSON on standard output, nothing else")
    .addOption(new Option("--quiet", "print only the requests per second").conflicts("json"))
    .addHelpText(
      "after",
      `
Steps of 1, 2, 4 and more connections, until twice as many bring less than ${LADDER.leastGrowth * 100} % more; the
capacity is the median of ${LADDER.plateauSteps} steps there. It is a rate for the load of a scenario, not a verdict:
objectives are judged by open-loop probes only.

Exit codes: 0 found, 2 not the node but this machine was the limit, or nothing was answered,
3 still growing or unsteady, 64 wrong use or set-up, 130 interrupted.

Examples:
  evenkeel capacity active-active-survives
  evenkeel capacity active-active --service 50ms --balancer lb-2
  evenkeel capacity single --service 100ms --json`,
    )
    .action(async (name: string, options: CapacityOptions) => {
      process.exitCode = await capacity(name, options);
    });
}

async function capacity(name: string, options: CapacityOptions): Promise<ExitCode> {
  const topology = await topologyNamed(name);
  const load = scenarioIds().includes(name) ? (await loadScenario(name)).load : undefined;
  const plan = planOf(topology, load, options);
  // Everything is checked before anything is started.
  capacityTarget(topology, options.balancer);
  await requireLab([topology], thisMachine());
  const loud = options.json !== true && options.quiet !== true;
  const stop = stopSignals((message) => process.stderr.write(`\n${message}\n`), "ending the lab");
  try {
    const record = await measureCapacity(
      plan,
      (logDirectory) => new NamespaceEnvironment({ logDirectory }),
      stop.signal,
      (progress) => void (loud && process.stdout.write(linesOf(progress))),
    );
    const { finding } = record;
    if (options.json === true) {
      process.stdout.write(`${JSON.stringify(record, null, 2)}\n`);
    } else if (finding.kind === "capacity" && options.quiet === true) {
      process.stdout.write(`${finding.capacity.perSecond.toFixed(1)}\n`);
    } else {
      const out = finding.kind === "capacity" ? process.stdout : process.stderr;
      out.write(`${loud ? "\n" : ""}${renderFinding(record)}`);
    }
    return EXIT_OF[finding.kind];
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    return EXIT.interrupted;
  } finally {
    stop.dispose();
  }
}

/** Requests are those of the scenario, if one was named, but for what the options say. */
function planOf(
  topology: CapacityPlan["topology"],
  load: Pick<Load, "path" | "headers"> | undefined,
  options: CapacityOptions,
): CapacityPlan {
  const { balancer, path, service, maxConnections, step } = options;
  return {
    topology,
    path: path ?? load?.path ?? "/",
    headers: {
      ...load?.headers,
      ...(service === undefined ? {} : { "x-evenkeel-service-ms": String(service) }),
    },
    maxConnections,
    measureMs: step ?? DEFAULT_MEASURE_MS,
    ...(balancer === undefined ? {} : { balancer }),
  };
}

function linesOf(progress: CapacityProgress): string {
  switch (progress.kind) {
    case "waiting":
      return "waiting: timed trials of another run hold the machine\n";
    case "saturating": {
      const { balancer, address, port, client } = progress.target;
      return `${client} saturates ${balancer} (${address}:${port})\n${renderStepHeader()}\n`;
    }
    case "step":
      return `${renderStep(progress.step)}\n`;
  }
}

function requestPath(text: string): string {
  if (/^\/[!-~]*$/.test(text)) return text;
  throw new InvalidArgumentError("Use a path that begins with a slash, without spaces: /cart.");
}

function duration(leastMs: number, mostMs: number): (text: string) => number {
  return (text) => {
    const ms = parseDuration(text);
    if (ms !== undefined && ms >= leastMs && ms <= mostMs) return ms;
    throw new InvalidArgumentError(
      `Use a duration with its unit, from ${leastMs}ms to ${mostMs}ms: 50ms, 2s.`,
    );
  };
}
