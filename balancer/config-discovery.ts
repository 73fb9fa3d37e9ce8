import { isIP } from "node:net";
import { z } from "zod";
import { MS, portSchema } from "./config-fields.ts";
import { DEFAULTS } from "./defaults.ts";
import { duration } from "./units.ts";

/** How an address with or without a port is written, as node:dns takes servers. */
const SERVER = /^(\d{1,3}(\.\d{1,3}){3}(:\d{1,5})?|\[[0-9a-fA-F:]+\](:\d{1,5})?|[0-9a-fA-F:]+)$/;
/** Its parts, if it has a port or brackets. */
const SERVER_PARTS = /^(?:\[(.+)\]|([\d.]+))(?::(\d+))?$/;
const NOT_A_SERVER = "is not a server | Write an address, such as 198.18.7.53 or [::1]:53.";
const NAME = /^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,250}[A-Za-z0-9])?\.?$/;

/** Where the backends of a pool are found, beside those that its configuration lists. */
export const discoverySchema = z.discriminatedUnion("type", [
  z
    .strictObject({
      type: z.literal("dns"),
      name: z.string().regex(NAME, "is not a name | Write a DNS name, such as app.example."),
      record: z.enum(["A", "AAAA", "SRV"]).default(DEFAULTS.discovery.record),
      /** Port of each address; SRV records bring their own. */
      port: portSchema.optional(),
      /** The longest time between two lookups; a shorter time to live makes it shorter, down to 1 s. */
      interval: duration(MS.short).prefault(DEFAULTS.discovery.interval),
      /** Of one lookup. */
      timeout: duration(MS.short).prefault(DEFAULTS.discovery.timeout),
      servers: z
        .array(
          z
            .string()
            .regex(SERVER, { error: NOT_A_SERVER, abort: true })
            .refine(isServer, NOT_A_SERVER),
        )
        .min(1)
        .optional(),
    })
    .refine(({ record, port }) => (record === "SRV") === (port === undefined), {
      path: ["port"],
      error: "does not fit the record | Give a port for A and AAAA; SRV records bring their own.",
    }),
  z.strictObject({
    type: z.literal("file"),
    /** Holds a JSON array of backends, as a pool lists them. It is watched. */
    path: z.string().startsWith("/", "is not an absolute path | Begin with /."),
  }),
]);

export type DiscoveryConfig = z.output<typeof discoverySchema>;
export type DnsDiscoveryConfig = Extract<DiscoveryConfig, { type: "dns" }>;

/** Whether there can be what is written like a server. */
function isServer(text: string): boolean {
  const [, bracketed, plain = text, port = "53"] = SERVER_PARTS.exec(text) ?? [];
  return isIP(bracketed ?? plain) !== 0 && portSchema.safeParse(Number(port)).success;
}
