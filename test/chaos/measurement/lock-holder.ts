import { takeTimedLock } from "../../../chaos/measurement/timed-lock.ts";

/** Takes the lock, says so, and keeps it until it is killed. */
const [address = ""] = process.argv.slice(2);
await takeTimedLock(new AbortController().signal, undefined, `\0${address}`);
process.stdout.write("held\n");
setInterval(() => undefined, 1 << 30);
