import { Toxiproxy, type Proxy } from "toxiproxy-node-client";
import { withNextStep } from "../errors.ts";

/**
 * Toxiproxy behind a port of our own: the package has no deadlines, its errors lose what the server
 * said, and its types let a bandwidth toxic have a latency. No other file imports it.
 */

/** Every call is answered within this time or fails: the API hangs while a proxy dials a black hole. */
export const TOXIPROXY_DEADLINE_MS = 2_000;
/**
 * Except a removal: Toxiproxy first delivers what the toxic held back, and gives a connection whose
 * other end is dead 5 s to take it.
 */
export const TOXIPROXY_REMOVAL_MS = 7_000;

/** Which way the bytes flow: `upstream` is from the client to the server. */
export type Stream = "upstream" | "downstream";

/** A fault on the bytes of a proxied connection. */
export type Toxic =
  /** Kilobytes per second; 0 stalls, and what was held back is delivered when the toxic goes. */
  | { readonly type: "bandwidth"; readonly attributes: { readonly rate: number } }
  /** Delays data, not handshakes; uniform ± jitter. Milliseconds. */
  | {
      readonly type: "latency";
      readonly attributes: { readonly latency: number; readonly jitter: number };
    }
  /**
   * Throws the bytes away. Milliseconds without a byte until it closes the connection, 0 for never;
   * removed, it closes every connection that was under it.
   */
  | { readonly type: "timeout"; readonly attributes: { readonly timeout: number } }
  /**
   * Resets a connection so many milliseconds after a byte, if it was opened under the toxic; older ones
   * are closed. Its removal waits for that time too.
   */
  | { readonly type: "reset_peer"; readonly attributes: { readonly timeout: number } }
  /** Holds the end of a connection back. Milliseconds. */
  | { readonly type: "slow_close"; readonly attributes: { readonly delay: number } }
  /**
   * Halves data until no piece is larger than that size and variation, in bytes. The delay between them
   * is in microseconds.
   */
  | {
      readonly type: "slicer";
      readonly attributes: {
        readonly average_size: number;
        readonly size_variation: number;
        readonly delay: number;
      };
    }
  /** Closes a connection after so many bytes. */
  | { readonly type: "limit_data"; readonly attributes: { readonly bytes: number } };

/** A call that Toxiproxy refused or did not answer. */
export class ToxiproxyError extends Error {
  readonly code = "toxiproxy";
  readonly side = "upstream";
  readonly retryable = false;
  /** HTTP status, null without an answer. */
  readonly status: number | null;
  readonly operation: string;

  constructor(operation: string, status: number | null, detail: string, cause?: unknown) {
    super(
      withNextStep(
        `Toxiproxy: ${operation} failed${status === null ? "" : ` with status ${status}`}: ${detail}`,
        "Look at the log of the fault-proxy node, and check that the link's id is the name of a proxy.",
      ),
      { cause },
    );
    this.name = "ToxiproxyError";
    this.operation = operation;
    this.status = status;
  }
}

/** One Toxiproxy server. */
export class ToxiproxyPort {
  readonly #client: Toxiproxy;
  readonly #url: string;

  /** @param url of its API: `http://198.18.7.41:8474` */
  constructor(url: string) {
    this.#url = url;
    this.#client = new Toxiproxy(url);
  }

  /** @throws ToxiproxyError */
  async add(link: string, name: string, stream: Stream, toxic: Toxic): Promise<void> {
    const operation = `adding ${toxic.type} to ${link}`;
    const proxy = await this.#proxy(link, operation);
    await withDeadline(
      operation,
      proxy.addToxic({
        name,
        stream,
        type: toxic.type,
        toxicity: 1,
        attributes: toxic.attributes,
      }),
    );
  }

  /** Removes a toxic; one that is not there is as good as removed. @throws ToxiproxyError */
  async remove(link: string, name: string): Promise<void> {
    const operation = `removing ${name} from ${link}`;
    const path = `/proxies/${encodeURIComponent(link)}/toxics/${encodeURIComponent(name)}`;
    const { ok, status, body } = await this.#ask(operation, path, "DELETE");
    if (!ok && status !== 404) throw new ToxiproxyError(operation, status, body);
  }

  /**
   * A link that is disabled refuses connections and closes those that it carried.
   *
   * @throws ToxiproxyError
   */
  async setEnabled(link: string, enabled: boolean): Promise<void> {
    const operation = `${enabled ? "enabling" : "disabling"} ${link}`;
    const path = `/proxies/${encodeURIComponent(link)}`;
    const { ok, status, body } = await this.#ask(operation, path, "POST", { enabled });
    if (!ok) throw new ToxiproxyError(operation, status, body);
  }

  /**
   * Removes every toxic of every link and enables all links. (Toxiproxy's own reset ends at the first
   * proxy that fails.)
   *
   * @throws ToxiproxyError
   */
  async removeAll(): Promise<void> {
    const operation = "listing the proxies";
    const { ok, status, body } = await this.#ask(operation, "/proxies", "GET");
    if (!ok) throw new ToxiproxyError(operation, status, body);
    const proxies = proxiesIn(body);
    if (proxies === null) throw new ToxiproxyError(operation, status, `it answered ${body}`);
    for (const [link, { enabled, toxics }] of Object.entries(proxies)) {
      for (const { name } of toxics) await this.remove(link, name);
      if (!enabled) await this.setEnabled(link, true);
    }
  }

  /** Names of the toxics on a link. The package drops them. @throws ToxiproxyError */
  async toxics(link: string): Promise<string[]> {
    const operation = `listing the toxics of ${link}`;
    const path = `/proxies/${encodeURIComponent(link)}/toxics`;
    const { ok, status, body } = await this.#ask(operation, path, "GET");
    if (!ok) throw new ToxiproxyError(operation, status, body);
    const names = namesIn(body);
    if (names === null) throw new ToxiproxyError(operation, status, `it answered ${body}`);
    return names;
  }

  #ask(
    operation: string,
    path: string,
    method: "GET" | "POST" | "DELETE",
    sent?: object,
  ): Promise<{ readonly ok: boolean; readonly status: number; readonly body: string }> {
    const deadlineMs = method === "DELETE" ? TOXIPROXY_REMOVAL_MS : TOXIPROXY_DEADLINE_MS;
    const call = async () => {
      const signal = AbortSignal.timeout(deadlineMs);
      const json = sent === undefined ? {} : { body: JSON.stringify(sent) };
      const response = await fetch(`${this.#url}${path}`, { method, signal, ...json });
      return { ok: response.ok, status: response.status, body: await response.text() };
    };
    return withDeadline(operation, call(), deadlineMs);
  }

  #proxy(link: string, operation: string): Promise<Proxy> {
    return withDeadline(operation, this.#client.get(link));
  }
}

interface ListedProxy {
  readonly enabled: boolean;
  readonly toxics: readonly { readonly name: string }[];
}

/** Proxies by their names; null when it tells none. */
function proxiesIn(body: string): Readonly<Record<string, ListedProxy>> | null {
  try {
    const proxies: unknown = JSON.parse(body);
    const isList = typeof proxies !== "object" || proxies === null || Array.isArray(proxies);
    return isList ? null : (proxies as ReturnType<typeof proxiesIn>);
  } catch {
    return null;
  }
}

/** Names of a list of toxics; null when it is none. */
function namesIn(body: string): string[] | null {
  try {
    const toxics: unknown = JSON.parse(body);
    if (!Array.isArray(toxics)) return null;
    return toxics.map((toxic: { readonly name: string }) => toxic.name);
  } catch {
    return null;
  }
}

async function withDeadline<T>(
  operation: string,
  call: Promise<T>,
  deadlineMs = TOXIPROXY_DEADLINE_MS,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new ToxiproxyError(operation, null, `no answer within ${deadlineMs} ms`)),
      deadlineMs,
    );
  });
  try {
    return await Promise.race([call, deadline]);
  } catch (error) {
    if (error instanceof ToxiproxyError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    const status = /status code (\d{3})/.exec(message)?.[1];
    throw new ToxiproxyError(
      operation,
      status === undefined ? null : Number(status),
      message,
      error,
    );
  } finally {
    clearTimeout(timer);
  }
}
