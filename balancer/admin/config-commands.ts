import { InvalidDocument } from "../errors.ts";
import { ListenFailed } from "../listener/listen-failed.ts";
import type { Changes } from "../reload/changes.ts";
import { Unreadable } from "../reload/document-file.ts";
import { NotChangeable } from "../reload/not-changeable.ts";
import { RestartFailed } from "../restart/restart-failed.ts";
import type { Answer, ErrorBody } from "./answer.ts";

/** What the admin API may do with the configuration of a balancer. */
export interface ConfigSubject {
  /** The document that the configuration in force was read from. */
  readonly written: unknown;
  /** What a document would change. @throws InvalidDocument */
  dryRun(written: unknown): Changes;
  /** Takes a document over. @throws InvalidDocument, ListenFailed, NotChangeable */
  apply(written: unknown, by: string): Promise<Changes>;
  /** Reads the configuration's file again and takes it over. @throws as `apply`, Unreadable, NotChangeable when there is none to read */
  reload(by: string): Promise<Changes>;
  /** Has a new process follow this one; its pid. @throws RestartFailed */
  restart(by: string): Promise<number>;
}

type Command = (subject: ConfigSubject, body: string) => Promise<Answer>;

const COMMANDS: Readonly<Record<string, Command>> = {
  "/config": async (subject, body) => changed(await subject.apply(JSON.parse(body), "admin"), true),
  "/config/dry-run": async (subject, body) => changed(subject.dryRun(JSON.parse(body)), false),
  "/restart": async (subject) => ({ status: 200, body: { pid: await subject.restart("admin") } }),
  "/config/reload": async (subject) => changed(await subject.reload("admin"), true),
};

/** The paths that take a configuration by POST. */
export const CONFIG_COMMANDS: readonly string[] = Object.keys(COMMANDS);

/**
 * Answers a POST about the configuration; undefined for any other path.
 *
 * @param body a configuration as people write it, one JSON document
 */
export async function commandAnswer(
  subject: ConfigSubject,
  path: string,
  body: string,
): Promise<Answer | undefined> {
  const command = Object.hasOwn(COMMANDS, path) ? COMMANDS[path] : undefined;
  if (command === undefined) return undefined;
  try {
    return await command(subject, body);
  } catch (error) {
    return refusalOf(error);
  }
}

function changed(changes: Changes, applied: boolean): Answer {
  return { status: 200, body: { applied, changes } };
}

function refusalOf(error: unknown): Answer {
  const message = error instanceof Error ? error.message : String(error);
  const refused = (status: number, code: string, next: string, more: object = {}): Answer => {
    const body: ErrorBody = { code, message, next };
    return { status, body: { ...body, ...more } };
  };
  const untouched = "The running configuration is untouched.";
  if (error instanceof SyntaxError) {
    return refused(400, "not-json", `Send one JSON document. ${untouched}`);
  }
  if (error instanceof InvalidDocument) {
    const { code, problems } = error;
    return refused(422, code, `Correct every problem. ${untouched}`, { problems });
  }
  if (error instanceof Unreadable) return refused(422, error.code, untouched);
  if (error instanceof ListenFailed) return refused(409, error.code, untouched);
  if (error instanceof RestartFailed) return refused(503, error.code, untouched);
  if (error instanceof NotChangeable) return refused(503, error.code, untouched);
  return refused(500, "failed", `Look at the balancer's log. ${untouched}`);
}
