import { isIPv6 } from "node:net";
import { isHex, isHost } from "./bytes.ts";

/** A request target, checked. */
export interface Target {
  /** What goes upstream: origin-form, or `*`. */
  readonly origin: string;
  /** Host of an absolute-form target; null for the other forms. */
  readonly authority: string | null;
}

const ABSOLUTE = /^http:\/\/([^/?]*)(.*)$/is;
/** Where a dot segment could hide. */
const SUSPICIOUS = /\/\.|%2e|%2f/i;

/**
 * Reads a target whose bytes are all visible ASCII without `\` and `#`; null when it is not
 * acceptable.
 *
 * Origin-form for any method, absolute-form with the scheme http, `*` for OPTIONS. Refused are
 * `%00`, a broken percent-encoding in the path, and a path that climbs above the root under any
 * common reading (`..`, `%2e%2e`, `..;x`, `%2f` as separator, `//` merged).
 *
 * @see RFC 9112 §3.2, RFC 3986 §3.3, §5.2.4
 */
export function readTarget(text: string, method: string): Target | null {
  if (text.startsWith("/")) return isPath(text) ? { origin: text, authority: null } : null;
  if (text === "*") return method === "OPTIONS" ? { origin: "*", authority: null } : null;
  const match = ABSOLUTE.exec(text);
  if (match === null) return null;
  const [, authority = "", rest = ""] = match;
  if (!isAuthority(authority)) return null;
  if (rest === "" && method === "OPTIONS") return { origin: "*", authority };
  const origin = rest.startsWith("/") ? rest : `/${rest}`;
  return isPath(origin) ? { origin, authority } : null;
}

function isPath(text: string): boolean {
  const query = text.indexOf("?");
  const path = query < 0 ? text : text.slice(0, query);
  if (text.includes("%")) {
    if (text.includes("%00")) return false;
    for (let at = path.indexOf("%"); at >= 0; at = path.indexOf("%", at + 1)) {
      if (!isHex(path.charCodeAt(at + 1)) || !isHex(path.charCodeAt(at + 2))) return false;
    }
  }
  return !SUSPICIOUS.test(path) || !climbs(path);
}

function climbs(path: string): boolean {
  let depth = 0;
  for (const segment of path.replaceAll(/%2f/gi, "/").replaceAll(/%2e/gi, ".").split("/")) {
    const name = segment.split(/;|%3b/i, 1)[0];
    if (name === "..") depth -= 1;
    else if (name !== "." && segment !== "") depth += 1;
    if (depth < 0) return true;
  }
  return false;
}

/**
 * Whether a text is `uri-host [":" port]` with a host that is not empty and no userinfo.
 *
 * @see RFC 9110 §7.2, RFC 3986 §3.2. A comma, legal in a registered name, is refused: it is how a
 * list of two hosts looks.
 */
export function isAuthority(text: string): boolean {
  let hostEnd: number;
  if (text.startsWith("[")) {
    hostEnd = text.indexOf("]") + 1;
    if (hostEnd === 0 || !isIPv6(text.slice(1, hostEnd - 1)) || text.includes("%")) return false;
  } else {
    const colon = text.indexOf(":");
    hostEnd = colon < 0 ? text.length : colon;
    if (hostEnd === 0) return false;
    for (let i = 0; i < hostEnd; i += 1) {
      const code = text.charCodeAt(i);
      if (isHost(code)) continue;
      if (code !== 0x25 || !isHex(text.charCodeAt(i + 1)) || !isHex(text.charCodeAt(i + 2))) {
        return false;
      }
      i += 2;
    }
  }
  if (hostEnd === text.length) return true;
  return text[hostEnd] === ":" && isPort(text, hostEnd + 1);
}

/** Whether the rest of a text is a port, or empty, as RFC 3986 §3.2.3 allows. */
function isPort(text: string, from: number): boolean {
  if (text.length - from > 5) return false;
  let port = 0;
  for (let i = from; i < text.length; i += 1) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return false;
    port = port * 10 + digit;
  }
  return port <= 65_535;
}

/** Whether two authorities of the scheme http name the same host and port. */
export function sameAuthority(a: string, b: string): boolean {
  return a === b || canonical(a) === canonical(b);
}

function canonical(authority: string): string {
  const lower = authority.toLowerCase();
  return lower.replace(/:(?:80)?$/, "");
}
