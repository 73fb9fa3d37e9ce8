import { drainDeadline } from "../config-drain.ts";
import type { AdministrativeChange } from "../health/administration.ts";
import type { AdministrativeState } from "../upstream/backend.ts";

/** Why the parameters of an operator's action are refused. */
export interface RefusedQuery {
  readonly message: string;
  /** The next step. */
  readonly next: string;
}

/**
 * What an operator asks of a backend, with its parameters: `deadline` for a drain, nothing for
 * anything else.
 */
export function changeOf(
  state: AdministrativeState,
  query: URLSearchParams,
): AdministrativeChange | RefusedQuery {
  const known = state === "draining" ? ["deadline"] : [];
  const unknown = [...query.keys()].find((key) => !known.includes(key));
  if (unknown !== undefined) {
    const next =
      state === "draining" ? "Use deadline, or leave it out." : "Leave it out; only drain has one.";
    return { message: `There is no parameter "${unknown}" here.`, next };
  }
  const text = query.get("deadline");
  if (text === null) return { state };
  const { success, data, error } = drainDeadline.safeParse(text, { jitless: true });
  if (success) return { state, deadlineMs: data };
  const [message = "", next = ""] = (error.issues[0]?.message ?? "").split(" | ");
  return { message: `The deadline "${text}" ${message}.`, next };
}
