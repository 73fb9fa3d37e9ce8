import { writeFile } from "node:fs/promises";
import { Option, type Command } from "commander";
import type { Topology } from "../../stacks/topology.ts";
import { WrongUse } from "../errors.ts";
import { topologyMermaid } from "../report/topology/mermaid.ts";
import { topologySvg } from "../report/topology/svg-file.ts";
import { topologyNamed } from "./topology-named.ts";
import { wholeNumber } from "./whole-number.ts";

const FORMATS = ["svg", "mermaid"] as const;
const LEAST_WIDTH = 240;
/** Drawn when nothing is named: the topology of the first minute. */
const DEFAULT_TOPOLOGY = "active-passive";

interface GraphOptions {
  readonly format: (typeof FORMATS)[number];
  readonly out?: string;
  readonly width?: number;
}

/** `evenkeel graph`: draws a topology, by its own id or by that of a scenario that runs on it. */
export function addGraph(program: Command): void {
  program
    .command("graph [topology-or-scenario]")
    .description("Draw a topology: nodes, addresses, ports and fault points, as SVG or Mermaid.")
    .addOption(
      new Option("--format <format>", "what is written").choices(FORMATS).default(FORMATS[0]),
    )
    .option("--out <file>", "where to (default: standard output)")
    .option(
      "--width <pixels>",
      "of the SVG; requests run downwards if that is narrow (default: as wide as it needs to be)",
      wholeNumber(LEAST_WIDTH),
    )
    .addHelpText(
      "after",
      `
Examples:
  evenkeel graph > active-passive.svg
  evenkeel graph session-store-stalled --width 400 --out topology.svg
  evenkeel graph active-passive --format mermaid`,
    )
    .action(async (name: string | undefined, options: GraphOptions) => {
      const topology = await topologyNamed(name ?? DEFAULT_TOPOLOGY);
      const drawn = draw(topology, options);
      if (options.out === undefined) process.stdout.write(drawn);
      else await write(options.out, drawn);
    });
}

function draw(topology: Topology, { format, width }: GraphOptions): string {
  if (format === "svg") return topologySvg(topology, width === undefined ? {} : { width });
  if (width === undefined) return topologyMermaid(topology);
  throw new WrongUse(
    `--width ${width} says nothing to Mermaid, which is laid out by whoever renders it`,
    "Leave it out, or use --format svg.",
  );
}

async function write(file: string, drawn: string): Promise<void> {
  try {
    await writeFile(file, drawn);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new WrongUse(
      `The drawing cannot be written to ${file} (--out): ${reason}`,
      "Name a file in a folder that is there and that you may write to.",
    );
  }
}
