import { spawn } from "node:child_process";
import { constants } from "node:os";
import type { Command } from "commander";
import { askKeeper, chosenLab } from "../lab/keeper-client.ts";
import { programPath } from "../setup/paths.ts";

/** What shells answer for a program that a signal ended. */
const SIGNALLED = 128;

/** `evenkeel exec`: runs a program on a node of a lab that stays, with this terminal. */
export function addExec(program: Command): void {
  program
    .command("exec <node> <program...>")
    .description("Run a program on a node of a lab that stays; its exit code is handed on.")
    .option("--topology <id>", "which lab (default: the only one that is up)")
    // What follows the program is the program's.
    .passThroughOptions()
    .addHelpText(
      "after",
      `
Examples:
  evenkeel exec client -- curl -s http://198.18.7.10:8080/
  evenkeel exec lb-a -- ip -brief address
  evenkeel exec lb-a -- bash`,
    )
    .action(
      async (
        node: string,
        argv: readonly string[],
        { topology }: { readonly topology?: string },
      ) => {
        const lab = await chosenLab(topology, "--topology");
        const { pid } = await askKeeper(lab, { kind: "enter", node }, "enter");
        process.exitCode = await enter(pid, node, argv[0] === "--" ? argv.slice(1) : argv);
      },
    );
}

function enter(pid: number, node: string, argv: readonly string[]): Promise<number> {
  const into = ["--user", "--preserve-credentials", "--net", "--mount", "--pid"];
  const child = spawn("nsenter", ["--target", String(pid), ...into, "--", ...argv], {
    stdio: "inherit",
    env: { ...process.env, PATH: programPath(), EVENKEEL_NODE_ID: node },
  });
  // The terminal tells both; the program decides what it means.
  process.on("SIGINT", () => {});
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) =>
      resolve(code ?? SIGNALLED + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}
