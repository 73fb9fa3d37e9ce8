import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Topology } from "../../stacks/topology.ts";
import { WrongUse } from "../errors.ts";
import { labPlace } from "./lab-place.ts";

/** Of a unix socket, with its final zero. */
const LONGEST_SOCKET = 108;

/**
 * Starts the keeper of a lab as a process of its own, which outlives this one.
 *
 * @throws WrongUse with what went wrong when the lab is not ready; nothing is left then
 */
export async function startKeeper(topology: Topology, signal: AbortSignal): Promise<void> {
  const place = labPlace(topology.id);
  if (Buffer.byteLength(place.socket) >= LONGEST_SOCKET) {
    throw new WrongUse(
      `The path of the lab's socket is too long: ${place.socket}`,
      "Set EVENKEEL_LABS to a folder with a shorter path.",
    );
  }
  // Logs of the lab before are of no use beside those of this one.
  rmSync(place.directory, { recursive: true, force: true });
  mkdirSync(place.directory, { recursive: true });
  const log = openSync(place.log, "a");
  const keeper = spawn(process.execPath, [join(import.meta.dirname, "main.ts")], {
    detached: true,
    stdio: ["pipe", "pipe", log],
  });
  const { stdin, stdout } = keeper;
  if (stdin === null || stdout === null)
    throw new TypeError("A pipe that was asked for is missing.");
  closeSync(log);
  const giveUp = (): void => void keeper.kill("SIGTERM");
  signal.addEventListener("abort", giveUp, { once: true });
  stdin.on("error", () => {});
  stdin.end(JSON.stringify(topology));
  const said = await new Promise<string>((resolve) => {
    let text = "";
    stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text === "ready\n") resolve(text);
    });
    keeper.once("close", () => resolve(text));
    keeper.once("error", (error) => resolve(error.message));
  });
  signal.removeEventListener("abort", giveUp);
  if (said !== "ready\n") {
    signal.throwIfAborted();
    throw new WrongUse(
      `The lab did not get ready: ${said.trim()}`,
      `The logs of its nodes are in ${place.directory}.`,
    );
  }
  stdout.destroy();
  keeper.unref();
}
