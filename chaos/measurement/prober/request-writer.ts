import { isIPv6 } from "node:net";
import type { ProbePlan } from "../probe.ts";

/** What differs between the requests of a plan. */
export interface RequestParts {
  /** Number of the probe. */
  readonly seq: number;
  /** Where it goes. */
  readonly address: string;
  /** Cookies, as `Cookie` has them; empty for none. @default "" */
  readonly cookie?: string;
}

/** Writes the requests of a plan. */
export function requestWriter(plan: ProbePlan): (parts: RequestParts) => string {
  const { traffic, port } = plan;
  const names = new Set(Object.keys(plan.headers).map((name) => name.toLowerCase()));
  const closes = traffic.kind === "fresh" || traffic.kind === "session";
  const fixed = [
    ...(closes ? ["Connection: close"] : []),
    ...(traffic.kind === "session" ? ["Content-Length: 0"] : []),
    `x-evenkeel-run: ${plan.run}`,
    `x-evenkeel-trial: ${plan.trial}`,
    ...Object.entries(plan.headers).map(([name, value]) => `${name}: ${value}`),
    "x-evenkeel-seq: ",
  ].join("\r\n");
  const hosts = new Map(
    plan.addresses.map((address) => {
      const host = isIPv6(address) ? `[${address}]` : address;
      return [address, names.has("host") ? "" : `Host: ${host}:${port}\r\n`];
    }),
  );
  const line = requestLine(plan);
  return ({ seq, address, cookie = "" }) => {
    const head = `${line(seq)}\r\n${hosts.get(address) ?? ""}${fixed}${seq}\r\n`;
    return cookie === "" ? `${head}\r\n` : `${head}Cookie: ${cookie}\r\n\r\n`;
  };
}

function requestLine({ traffic, path }: ProbePlan): (seq: number) => string {
  const query = `${path}${path.includes("?") ? "&" : "?"}`;
  switch (traffic.kind) {
    case "fresh":
    case "kept-alive":
      return () => `GET ${path} HTTP/1.1`;
    case "long-lived":
      return () => `GET ${query}everyMs=${traffic.everyMs} HTTP/1.1`;
    case "session":
      return (seq) => `POST ${query}item=${seq} HTTP/1.1`;
  }
}
