import { flushCompileCache } from "node:module";
import { PROBE_PROTOCOL, type ProbeRecord, type ProberOutput } from "../probe.ts";
import { startPacer } from "./pacing.ts";
import { readInput } from "./plan.ts";
import { Prober, type ProberHooks } from "./prober.ts";

/** How often records leave the prober: seldom enough to cost little, often enough to follow a run live. */
const BATCH_MS = 25;
/** From the plan to the first probe, so that the pacer already waits when it is due. */
const LEAD_NS = 20_000_000n;
/** Wrong use, as in sysexits.h. */
const EXIT_REFUSED = 64;
const EXIT_ABANDONED = 1;

/**
 * The prober as a program:
 *
 * ```
 * stdin  plan ──►  pacer (worker) ──► due probes ──► connections ──► records ──► stdout
 *        account-anew ──► what is said of the prober itself in `done` begins here
 *        stop ──►  no new probes, the outstanding ones end, `done`
 * ```
 *
 * SIGTERM is a `stop`. The end of standard input means that the runner has died: the program ends
 * at once. A plan of another protocol, or one that makes no sense, is answered by `refused` and
 * exit code 64.
 */
export function runProber(hooks: ProberHooks = {}): void {
  const output = new Output();
  let prober: Prober | undefined;

  const pacer = startPacer({
    onReady: () => {
      output.write({ kind: "ready", protocol: PROBE_PROTOCOL });
      // Node writes the cache only at a normal exit, and a prober usually dies with its node.
      flushCompileCache();
    },
    onDue: () => prober?.due(),
  });

  const end = (line: ProberOutput, exitCode: number) => {
    process.exitCode = exitCode;
    process.stdin.removeAllListeners("end").destroy();
    process.removeAllListeners("SIGTERM");
    pacer.stop();
    output.write(line);
  };

  const stop = () => {
    if (prober === undefined) return process.exit(EXIT_ABANDONED);
    prober.stop();
    return undefined;
  };

  const handle = (line: string) => {
    const input = readInput(line);
    if (input.kind === "stop") return stop();
    if (input.kind === "account-anew") return prober?.accountAnew();
    if (input.kind === "refused") return end(input, EXIT_REFUSED);
    if (prober !== undefined) return undefined; // One plan a process: a second one is not for us.
    const startNs = process.hrtime.bigint() + LEAD_NS;
    prober = new Prober(input.plan, startNs, {
      ...hooks,
      onRecord: (record) => output.record(record),
      onOpen: ({ count, lost }) => {
        const atNs = process.hrtime.bigint().toString();
        output.write({ kind: "open", atNs, count, lost });
      },
      onFinished: (quality) => {
        output.flush();
        end({ kind: "done", quality }, 0);
      },
    });
    output.write({ kind: "started", startNs: startNs.toString() });
    pacer.start(prober.schedule);
    return undefined;
  };

  let rest = "";
  process.stdin.setEncoding("utf8");
  process.stdin.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim() !== "") handle(line);
  });
  process.stdin.on("end", () => process.exit(EXIT_ABANDONED));
  process.on("SIGTERM", stop);
}

/** Lines on standard output. Records wait in memory while the reader is slow, bounded by the plan's length. */
class Output {
  #records: ProbeRecord[] = [];
  #timer: NodeJS.Timeout | undefined;
  #full = false;

  constructor() {
    process.stdout.on("drain", () => {
      this.#full = false;
      if (this.#records.length > 0) this.#schedule();
    });
    process.stdout.on("error", () => process.exit(EXIT_ABANDONED));
  }

  write(line: ProberOutput): void {
    this.#full = !process.stdout.write(`${JSON.stringify(line)}\n`);
  }

  record(record: ProbeRecord): void {
    this.#records.push(record);
    if (!this.#full) this.#schedule();
  }

  /** Hands over what is left, whether or not the reader keeps up. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#records.length === 0) return;
    const records = this.#records;
    this.#records = [];
    this.write({ kind: "records", records });
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (!this.#full) this.flush();
    }, BATCH_MS);
  }
}
