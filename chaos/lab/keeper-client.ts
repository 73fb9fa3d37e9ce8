import { connect } from "node:net";
import { WrongUse } from "../errors.ts";
import { labPlace, labsUp, LABS_DIRECTORY } from "./lab-place.ts";
import type { KeeperAnswer, KeeperRequest } from "./protocol.ts";

/** An answer of one kind. */
type Answered<K extends KeeperAnswer["kind"]> = Extract<KeeperAnswer, { readonly kind: K }>;

/** What the keeper says is wrong, with the next step. */
export class KeeperRefused extends Error {
  readonly code = "keeper-refused";
  readonly side = "internal";
  readonly retryable = false;

  constructor(message: string) {
    super(message);
    this.name = "KeeperRefused";
  }
}

/**
 * Asks the keeper of a lab.
 *
 * @param kind of the answer that is expected
 * @throws KeeperRefused with what the keeper says is wrong, WrongUse when it is gone
 */
export async function askKeeper<K extends KeeperAnswer["kind"]>(
  topologyId: string,
  request: KeeperRequest,
  kind: K,
  labs = LABS_DIRECTORY,
): Promise<Answered<K>> {
  const text = await exchange(labPlace(topologyId, labs).socket, request).catch((error: Error) => {
    throw new WrongUse(
      `The lab of ${topologyId} does not answer: ${error.message}`,
      `Start it with "evenkeel up ${topologyId}".`,
    );
  });
  if (text === "") {
    throw new WrongUse(
      `The lab of ${topologyId} ended before it answered`,
      `Look at ${labPlace(topologyId, labs).log}, and start it with "evenkeel up ${topologyId}".`,
    );
  }
  const answer = JSON.parse(text) as KeeperAnswer;
  if (answer.kind === "failed") throw new KeeperRefused(answer.message);
  if (answer.kind !== kind)
    throw new Error(`The keeper answered ${answer.kind} to ${request.kind}.`);
  return answer as Answered<K>;
}

/**
 * The lab that is meant: the one that is named, or the only one that is up.
 *
 * @param by the option that names it; none where the command's own argument does
 * @throws WrongUse that lists those that are up
 */
export async function chosenLab(
  topologyId: string | undefined,
  by: "--topology" | null,
  labs = LABS_DIRECTORY,
): Promise<string> {
  const up = await labsUp(labs);
  if (topologyId !== undefined && up.includes(topologyId)) return topologyId;
  const [only, ...others] = up;
  if (topologyId === undefined && only !== undefined && others.length === 0) return only;
  const what = topologyId === undefined ? "Several labs are up" : `No lab of ${topologyId} is up`;
  throw new WrongUse(
    up.length === 0 ? "No lab is up" : what,
    up.length === 0
      ? 'Start one with "evenkeel up active-passive".'
      : `Name one of those that are${by === null ? "" : `, by ${by}`}: ${up.join(", ")}.`,
  );
}

function exchange(socket: string, request: KeeperRequest): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const connection = connect(socket);
    connection.once("error", reject);
    connection.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    connection.once("end", () => resolve(text));
    connection.write(`${JSON.stringify(request)}\n`);
  });
}
