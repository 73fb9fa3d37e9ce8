import { holdLease } from "../../../../chaos/environment/docker/lease.ts";

/** A runner that could not heal what it did: it ends without giving its lease up. */
const [root = ""] = process.argv.slice(2);
await holdLease("shop", { root });
process.stdout.write("held\n");
