import { existsSync, readdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { STATE_DIRECTORY } from "../setup/paths.ts";

/** Where labs that stay have their folders, one a topology; the variable EVENKEEL_LABS says otherwise. */
export const LABS_DIRECTORY = process.env["EVENKEEL_LABS"] ?? join(STATE_DIRECTORY, "labs");

/** The files of one lab that stays. */
export interface LabPlace {
  /** Its folder: the logs of its nodes, and what is below. */
  readonly directory: string;
  /** Unix socket of its keeper. */
  readonly socket: string;
  /** What the keeper prints once nobody listens to it any more. */
  readonly log: string;
  /** What was done to it and must be undone. */
  readonly journal: string;
}

/** @param labs folder of all labs */
export function labPlace(topologyId: string, labs = LABS_DIRECTORY): LabPlace {
  const directory = join(labs, topologyId);
  return {
    directory,
    socket: join(directory, "keeper.sock"),
    log: join(directory, "keeper.log"),
    journal: join(directory, "journal.ndjson"),
  };
}

/** Ids of the topologies whose labs are up, in alphabetical order. */
export async function labsUp(labs = LABS_DIRECTORY): Promise<readonly string[]> {
  const ids = existsSync(labs) ? readdirSync(labs).toSorted() : [];
  const up = await Promise.all(ids.map((id) => answers(labPlace(id, labs).socket)));
  return ids.filter((_, index) => up[index]);
}

/** Whether somebody listens: a keeper that was killed leaves its socket file behind. */
function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once("connect", () => {
      connection.destroy();
      resolve(true);
    });
    connection.once("error", () => resolve(false));
  });
}
