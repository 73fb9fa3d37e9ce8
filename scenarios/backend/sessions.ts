import type { IncomingMessage } from "node:http";
import { header, queryOf, type Answer } from "./answer.ts";
import { StoreFailed, type SessionStore } from "./session-store.ts";

/** Session ids of our own making only, so that no client chooses keys in the store. */
const SESSION = /(?:^|;\s*)evenkeel-session=([0-9a-f-]{36})(?:;|$)/;
const ITEM = /^[\w.-]{1,64}$/;

/** What sessions are kept with. */
export interface SessionParts {
  readonly sessions: SessionStore | undefined;
  readonly sessionTtlSeconds: number;
}

/** `/session`: a counter. GET reads it, POST adds one; a POST without a session begins one. */
export function counter(request: IncomingMessage, parts: SessionParts): Promise<Answer> {
  return withStore(parts, async (store) => {
    const known = sessionOf(request);
    if (isRead(request)) {
      const count = known === undefined ? 0 : await store.read(known);
      return { status: 200, body: { session: known ?? null, count } };
    }
    if (request.method !== "POST") return WRONG_METHOD;
    const session = known ?? newSession();
    const count = await store.increment(session);
    return began({ session, count }, parts);
  });
}

/**
 * `/cart`: a list of items. GET reads it, `POST ?item=…` adds one and answers all that are there then. A
 * session that the store does not know, and a POST without one, begin a new session.
 */
export function cart(request: IncomingMessage, parts: SessionParts): Promise<Answer> {
  return withStore(parts, async (store) => {
    const known = sessionOf(request);
    if (isRead(request)) {
      const items = known === undefined ? [] : await store.readCart(known);
      return { status: 200, body: { session: known ?? null, items } };
    }
    if (request.method !== "POST") return WRONG_METHOD;
    const item = queryOf(request).get("item") ?? "";
    if (!ITEM.test(item)) {
      const error = "item is no name of 1 to 64 letters, digits, dots, dashes and underscores";
      return { status: 400, body: { error } };
    }
    return began({ ...(await store.addToCart(known, item, newSession)) }, parts);
  });
}

const WRONG_METHOD: Answer = {
  status: 405,
  body: { error: "use GET or POST" },
  headers: { allow: "GET, POST" },
};

function began(
  body: { readonly session: string; readonly [field: string]: unknown },
  { sessionTtlSeconds }: SessionParts,
): Answer {
  const cookie = `evenkeel-session=${body.session}; Path=/; HttpOnly; Max-Age=${sessionTtlSeconds}`;
  return { status: 200, body, headers: { "set-cookie": cookie } };
}

/** The store is asked while the worker is held: a slow store uses up the workers, as it does in life. */
async function withStore(
  { sessions }: SessionParts,
  answer: (store: SessionStore) => Promise<Answer>,
): Promise<Answer> {
  if (sessions === undefined) return { status: 501, body: { error: "no-store" } };
  try {
    return await answer(sessions);
  } catch (error) {
    if (!(error instanceof StoreFailed)) throw error;
    return { status: 503, body: { error: error.code } };
  }
}

function sessionOf(request: IncomingMessage): string | undefined {
  return SESSION.exec(header(request, "cookie") ?? "")?.[1];
}

function isRead({ method }: IncomingMessage): boolean {
  return method === "GET" || method === "HEAD";
}

function newSession(): string {
  // Loaded here: every start would pay for it, and few applications are asked for sessions.
  return process.getBuiltinModule("node:crypto").randomUUID();
}
