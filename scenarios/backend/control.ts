import { chmodSync, lstatSync, mkdirSync, unlinkSync } from "node:fs";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { once } from "node:events";
import { dirname } from "node:path";
import { InvalidBehaviour, parseBehaviour } from "../../chaos/faults/behaviour/behaviour.ts";
import type { BehaviourSwitch } from "./behaviour-switch.ts";

// As in application.ts: an `import` of node:http costs 50 ms of CPU at every start.
const { createServer } = process.getBuiltinModule("node:http");

const MOST_BYTES = 65_536;

/**
 * Listens on a unix socket, for its owner alone, where experiments change how the application behaves:
 * `GET /behaviour` shows it, `POST` replaces it, `DELETE` ends it. A socket file that a former process
 * left behind is replaced.
 */
export async function openControl(path: string, behaviour: BehaviourSwitch): Promise<Server> {
  const server = createServer((request, response) => {
    void answerTo(request, behaviour).then(
      ({ status, body }) => send(response, status, body),
      (error: unknown) => send(response, ...refusal(error)),
    );
  });
  mkdirSync(dirname(path), { recursive: true });
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true) unlinkSync(path);
  server.listen({ path });
  await once(server, "listening");
  chmodSync(path, 0o600);
  return server;
}

async function answerTo(
  request: IncomingMessage,
  behaviour: BehaviourSwitch,
): Promise<{ readonly status: number; readonly body: unknown }> {
  if (request.url !== "/behaviour") {
    return { status: 404, body: { code: "not-found", problems: ["Use /behaviour."] } };
  }
  switch (request.method) {
    case "GET":
      break;
    case "POST":
      behaviour.set(parseBehaviour(await documentOf(request)));
      break;
    case "DELETE":
      behaviour.set({});
      break;
    default:
      return {
        status: 405,
        body: { code: "wrong-method", problems: ["Use GET, POST or DELETE."] },
      };
  }
  return {
    status: 200,
    body: { behaviour: behaviour.behaviour, affected: behaviour.affected },
  };
}

async function documentOf(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += chunk as string;
    if (text.length > MOST_BYTES) throw new InvalidBehaviour(["It is too long: use an object."]);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidBehaviour(["It is no JSON: use an object."]);
  }
}

function refusal(error: unknown): [number, unknown] {
  if (error instanceof InvalidBehaviour) {
    return [400, { code: error.code, problems: error.problems }];
  }
  return [500, { code: "internal", problems: [String(error)] }];
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(`${JSON.stringify(body)}\n`);
}
