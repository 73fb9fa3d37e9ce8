import { withNextStep } from "../../errors.ts";
import { within } from "../deadline.ts";

/** The engine answers everything but what waits for an end within this time. */
const CALL_MS = 20_000;

/** What the engine refused or did not answer. */
export class EngineError extends Error {
  readonly code = "engine";
  readonly side = "upstream";
  readonly retryable = false;
  /** HTTP status; null without an answer. */
  readonly status: number | null;

  constructor(
    what: string,
    status: number | null = null,
    next = 'Look at the engine\'s own log, and run "npx evenkeel doctor".',
    cause?: unknown,
  ) {
    super(withNextStep(what, next), { cause });
    this.name = "EngineError";
    this.status = status;
  }
}

/** The engine did not answer in time. */
export class NoAnswer extends EngineError {}

/**
 * Asks the engine, and awaits its answer for so long. A request that is not answered is given up, with
 * its connection: one that stayed open would keep the command from ending.
 *
 * @param what names it in an error: `listing containers`
 * @param ask asks; the signal gives the request up
 * @param asGoodAsDone statuses that say there was nothing to do
 * @throws NoAnswer at the deadline, EngineError when it was refused
 */
export async function call<T>(
  what: string,
  ask: (abortSignal: AbortSignal) => Promise<T>,
  asGoodAsDone: readonly number[] = [],
  deadlineMs = CALL_MS,
): Promise<T> {
  const giveUp = new AbortController();
  const late = (): NoAnswer => {
    giveUp.abort();
    return new NoAnswer(`Docker: ${what} took more than ${deadlineMs} ms`);
  };
  try {
    return await within(ask(giveUp.signal), deadlineMs, late);
  } catch (error) {
    if (error instanceof EngineError) throw error;
    const { statusCode } = error as { readonly statusCode?: number };
    if (statusCode !== undefined && asGoodAsDone.includes(statusCode)) return undefined as T;
    throw engineErrorOf(what, error);
  }
}

function engineErrorOf(what: string, error: unknown): EngineError {
  const { statusCode, json, code } = error as {
    readonly statusCode?: number;
    readonly json?: { readonly message?: string };
    readonly code?: string;
  };
  if (statusCode !== undefined) {
    const detail = json?.message ?? (error instanceof Error ? error.message : String(error));
    return new EngineError(
      `Docker: ${what} failed with status ${statusCode}: ${detail}`,
      statusCode,
      undefined,
      error,
    );
  }
  const why = error instanceof Error ? error.message : String(error);
  if (code === "ENOENT" || code === "ECONNREFUSED" || code === "EACCES") {
    const next = 'Run "npm run setup -- --for docker", or point DOCKER_HOST at an engine.';
    return new EngineError(`No Docker engine answers: ${why}`, null, next, error);
  }
  return new EngineError(`Docker: ${what} failed: ${why}`, null, undefined, error);
}
