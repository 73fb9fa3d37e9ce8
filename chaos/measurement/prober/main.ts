import { runProber } from "./program.ts";

/** The prober: started inside the client node, plan on standard input, records on standard output. */
runProber();
