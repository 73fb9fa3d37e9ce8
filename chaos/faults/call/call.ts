import type { ClientRequest, IncomingMessage } from "node:http";
import { untilTime } from "../../environment/at-time.ts";
import type { CallDone, CallOutcome, CallRequest } from "./protocol.ts";

// An `import` of node:http reads every export, and some of them load a whole HTTP client of another kind.
const { request: open } = process.getBuiltinModule("node:http");

const NOBODY: ReadonlySet<string | undefined> = new Set(["ECONNREFUSED", "ENOENT"]);

/** Sends one request on a connection of its own, at its time. Never rejects. */
export async function call(wanted: CallRequest): Promise<CallDone> {
  const { id, to, method, path, headers, body, withinMs, atNs } = wanted;
  if (atNs !== null) await untilTime(BigInt(atNs));
  const from = process.hrtime.bigint();
  const place = "socket" in to ? { socketPath: to.socket } : to;
  const length = body === null ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const request = open({
    ...place,
    method,
    path,
    agent: false,
    headers: { ...length, ...headers },
  });
  request.end(body ?? undefined);
  const answer = await answerOf(request, withinMs);
  return {
    kind: "done",
    id,
    fromNs: from.toString(),
    toNs: process.hrtime.bigint().toString(),
    ...answer,
  };
}

type Ending = Pick<CallDone, "outcome" | "status" | "headers" | "body">;

function answerOf(request: ClientRequest, withinMs: number): Promise<Ending> {
  return new Promise((resolve) => {
    const finish = (ending: Ending): void => {
      clearTimeout(deadline);
      request.destroy();
      resolve(ending);
    };
    const fail = (outcome: CallOutcome, body: string): void =>
      finish({ outcome, status: null, headers: {}, body });
    const deadline = setTimeout(() => fail("silent", `no answer within ${withinMs} ms`), withinMs);
    request.on("error", (error: NodeJS.ErrnoException) =>
      fail(NOBODY.has(error.code) ? "refused" : "broken", error.message),
    );
    request.once("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.once("error", (error) => fail("broken", error.message));
      response.once("end", () =>
        finish({
          outcome: "answered",
          status: response.statusCode ?? 0,
          headers: singleValues(response),
          body: text,
        }),
      );
    });
  });
}

function singleValues({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, String(value ?? "")]),
  );
}
