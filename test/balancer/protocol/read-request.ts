import { BodyReader } from "../../../balancer/protocol/body-reader.ts";
import { isRefusal } from "../../../balancer/protocol/refusal.ts";
import { interpretRequest, type RequestHead } from "../../../balancer/protocol/request.ts";
import { RequestLine, requestLineBytes } from "../../../balancer/protocol/request-line.ts";
import {
  NEEDS_MORE,
  REFUSED,
  SectionReader,
  type SectionLimits,
} from "../../../balancer/protocol/section-reader.ts";

/** Limits of the size that the defaults have. */
export const LIMITS = {
  targetBytes: 8192,
  lineBytes: 8192,
  sectionBytes: 16_384,
  count: 100,
  bodyBytes: 1024 ** 3,
};

/** What came of a stream of bytes. */
export type Outcome =
  | { readonly kind: "incomplete" }
  | { readonly kind: "refused"; readonly reason: string; readonly status: number }
  | {
      readonly kind: "accepted";
      readonly method: string;
      readonly origin: string;
      readonly body: string;
      /** Bytes after the request. */
      readonly rest: string;
    };

/** Cuts bytes at offsets; offsets out of range are ignored. */
export function cutAt(bytes: Buffer, offsets: readonly number[]): Buffer[] {
  const points = [...new Set(offsets)].filter((at) => at > 0 && at < bytes.length);
  points.sort((a, b) => a - b);
  return [0, ...points].map((at, index) => bytes.subarray(at, points[index]));
}

/** Reads the first request of a stream that arrives in segments. */
export function readRequest(
  segments: readonly Buffer[],
  limits: typeof LIMITS = LIMITS,
  onHead: (head: RequestHead) => void = () => {},
): Outcome {
  const sectionLimits: SectionLimits = {
    startLineBytes: requestLineBytes(limits.targetBytes),
    lineBytes: limits.lineBytes,
    sectionBytes: limits.sectionBytes,
    count: limits.count,
  };
  const line = new RequestLine(limits.targetBytes);
  const section = new SectionReader(sectionLimits, line);
  const body = new BodyReader(sectionLimits, limits.bodyBytes);
  let head: RequestHead | null = null;
  let text = "";
  let rest = "";
  for (const segment of segments) {
    let at = 0;
    if (head === null) {
      at = section.feed(segment, 0);
      if (at === NEEDS_MORE) continue;
      if (at === REFUSED) return { kind: "refused", ...describe(section.refusal) };
      const read = interpretRequest(line, section, limits.bodyBytes);
      if (isRefusal(read)) return { kind: "refused", ...describe(read) };
      head = read;
      onHead(head);
      body.begin(head.framing, head.length);
    }
    while (at < segment.length && !body.done) {
      at = body.step(segment, at);
      if (body.refusal !== null) return { kind: "refused", ...describe(body.refusal) };
      text += segment.toString("latin1", body.dataStart, body.dataEnd);
    }
    if (body.done) rest += segment.toString("latin1", at);
  }
  if (head === null || !body.done) return { kind: "incomplete" };
  return { kind: "accepted", method: head.method, origin: head.origin, body: text, rest };
}

function describe(refusal: { readonly reason: string; readonly status: number } | null) {
  if (refusal === null) throw new Error("Refused without a reason.");
  return { reason: refusal.reason, status: refusal.status };
}
