import type { PoolConfig } from "../config.ts";
import { FIELD } from "../protocol/field-name.ts";
import { fieldId, fieldName, fieldValue } from "../protocol/fields.ts";
import type { SectionReader } from "../protocol/section-reader.ts";

/** What a key is taken from. */
export interface KeyedRequest {
  /** Path and query, as they go upstream. */
  readonly origin: string;
  readonly section: SectionReader;
}

/**
 * What a request of one pool is hashed by; undefined when it has no such key.
 *
 * @param clientAddress the peer of the connection
 */
export type RequestKey = (request: KeyedRequest, clientAddress: string) => string | undefined;

/** How the requests of a pool get their key; null when its policy hashes none. */
export function requestKeyOf({ policy, hashing }: PoolConfig): RequestKey | null {
  if (policy === "source-ip-hash") return (_, clientAddress) => clientAddress;
  if (!HASHING.includes(policy)) return null;
  const name = hashing.key.name ?? "";
  switch (hashing.key.from) {
    case "client-ip":
      return (_, clientAddress) => clientAddress;
    case "path":
      return ({ origin }) => origin.slice(0, endOfPath(origin));
    case "query":
      return ({ origin }) => parameterOf(origin, name);
    case "header": {
      const wanted = name.toLowerCase();
      return ({ section }) => headerOf(section, wanted);
    }
    case "cookie":
      return ({ section }) => cookieOf(section, name);
  }
}

const HASHING: readonly string[] = ["ring-hash", "bounded-loads", "ketama", "maglev", "rendezvous"];

function endOfPath(origin: string): number {
  const query = origin.indexOf("?");
  return query < 0 ? origin.length : query;
}

/** Value of the first parameter of a name, as it stands there: nothing is decoded. */
function parameterOf(origin: string, name: string): string | undefined {
  return pairOf(origin.slice(endOfPath(origin) + 1), "&", name);
}

function headerOf(section: SectionReader, name: string): string | undefined {
  for (let index = 0; index < section.count; index += 1) {
    const field = fieldName(section, index);
    if (field.length === name.length && field.toLowerCase() === name) {
      return fieldValue(section, index);
    }
  }
  return undefined;
}

/** @see RFC 6265 §4.2.1; several Cookie lines read as one */
function cookieOf(section: SectionReader, name: string): string | undefined {
  for (let index = 0; index < section.count; index += 1) {
    if (fieldId(section, index) !== FIELD.credentials) continue;
    if (fieldName(section, index).toLowerCase() !== "cookie") continue;
    const value = pairOf(fieldValue(section, index), ";", name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Value of the first `name=value` between separators; blanks before a name do not count. */
function pairOf(text: string, separator: string, name: string): string | undefined {
  for (let from = 0; from < text.length;) {
    while (text[from] === " ") from += 1;
    const next = text.indexOf(separator, from);
    const end = next < 0 ? text.length : next;
    if (text.startsWith(name, from) && text[from + name.length] === "=") {
      return text.slice(from + name.length + 1, end);
    }
    from = end + 1;
  }
  return undefined;
}
