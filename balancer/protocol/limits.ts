import type { Config } from "../config.ts";
import { requestLineBytes } from "./request-line.ts";
import type { SectionLimits } from "./section-reader.ts";

/** Bounds of a request's head. */
export function requestLimits(limits: Config["limits"]): SectionLimits {
  return { ...responseLimits(limits), startLineBytes: requestLineBytes(limits.targetBytes) };
}

/** Bounds of a response's head, and of any trailer section. */
export function responseLimits(limits: Config["limits"]): SectionLimits {
  return {
    startLineBytes: limits.headerLineBytes,
    lineBytes: limits.headerLineBytes,
    sectionBytes: limits.headerBytes,
    count: limits.headerCount,
  };
}
