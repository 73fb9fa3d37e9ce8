import { cpus } from "node:os";
import { parseModel } from "../../chaos/simulation/model.ts";
import { presetOf } from "../../chaos/simulation/presets.ts";
import { simulate } from "../../chaos/simulation/simulate.ts";

/**
 * How long the simulator takes for a million requests to ten thousand backends. Prints medians and
 * the spread over runs; judges nothing, because machines differ.
 */

const RUNS = 3;
const { model: input, policies } = presetOf("ten-thousand");
const model = parseModel(input, "ten-thousand");

const [cpu] = cpus();
process.stdout.write(
  `${model.about} ${cpus().length} × ${cpu?.model ?? "unknown"}, Node ${process.version}\n`,
);
for (const policy of [...policies, "weighted-round-robin", "ring-hash"]) {
  const seconds: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const before = process.cpuUsage();
    simulate(model, policy, run);
    const { user, system } = process.cpuUsage(before);
    seconds.push((user + system) / 1e6);
  }
  seconds.sort((a, b) => a - b);
  const [least = 0, most = 0] = [seconds[0], seconds.at(-1)];
  process.stdout.write(
    `${policy.padEnd(28)}${(seconds[RUNS >> 1] ?? 0).toFixed(2)} s of CPU time (${least.toFixed(2)} to ${most.toFixed(2)}, N=${RUNS})\n`,
  );
}
