import { readFile, writeFile } from "node:fs/promises";
import { cpus, release } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { takeFingerprint } from "../../chaos/measurement/fingerprint.ts";
import { PROJECT_ROOT } from "../../chaos/setup/paths.ts";
import { activePassive } from "../../stacks/topologies/active-passive.ts";
import { measureActiveActive } from "./active-active.ts";
import { measureDeployment, measureKill, measureKills } from "./docker.ts";
import { measureDoseResponse } from "./dose-response.ts";
import { measureFailover } from "./failover.ts";
import { renderFigures, type Figure } from "./figure.ts";
import { measureFlakes } from "./flakes.ts";
import { measureImages } from "./images.ts";
import { measureLabStart } from "./lab-start.ts";
import { measureLosses } from "./losses.ts";
import { measureNothingLost } from "./nothing-lost.ts";
import { measureProber } from "./prober.ts";
import { measureReport } from "./report.ts";
import { measureReload } from "./reload.ts";
import { measureSigkill } from "./sigkill.ts";
import { measureSimulation } from "./simulation.ts";
import { measureSlowBackend } from "./slow-backend.ts";
import { measureSlowStart } from "./slow-start.ts";

const { positionals: wanted, values } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "1" } },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  process.stderr.write(`--rounds is ${values.rounds}. Use a whole number from 1.\n`);
  process.exit(64);
}
const BY_NAME_ONLY = /^(?:Docker|flakes)/;

/**
 * `npm run figures`: takes every figure on this machine and writes `docs/figures.md`. With names
 * (`npm run figures -- start`), only those whose name begins so; the others stay as they are. Those
 * of `Docker` need what `npm run setup -- --for docker` brings, and are taken only by name, as are
 * `flakes`: every scenario once, or `--rounds` times.
 */
const FIGURES: readonly (readonly [string, () => Promise<readonly Figure[]>])[] = [
  ["start of a lab", async () => [await measureLabStart()]],
  ["failover", async () => [await measureFailover()]],
  ["losses", measureLosses],
  ["dose-response", async () => [await measureDoseResponse()]],
  ["active-active", async () => [await measureActiveActive()]],
  ["slow-start", async () => [await measureSlowStart()]],
  ["slow-backend", async () => [await measureSlowBackend()]],
  ["nothing-lost", measureNothingLost],
  ["reload", async () => [await measureReload()]],
  ["prober", async () => [await measureProber()]],
  ["flakes", async () => [await measureFlakes(rounds)]],
  ["report", async () => [await measureReport()]],
  ["SIGKILL", async () => [await measureSigkill()]],
  ["Docker deployment", async () => [await measureDeployment()]],
  ["Docker failover", async () => [await measureKill()]],
  ["Docker SIGKILL", async () => [await measureKills()]],
  ["simulation", async () => measureSimulation()],
  ["Docker images", measureImages],
];

const chosen = FIGURES.filter(([name]) =>
  wanted.length === 0 ? !BY_NAME_ONLY.test(name) : wanted.some((prefix) => name.startsWith(prefix)),
);
if (chosen.length === 0) {
  const known = FIGURES.map(([name]) => `"${name}"`).join(", ");
  process.stderr.write(`No figure begins with "${wanted.join(" ")}". Known: ${known}.\n`);
  process.exit(64);
}
const file = join(PROJECT_ROOT, "docs", "figures.md");
const before = wanted.length === 0 ? "" : await readFile(file, "utf8").catch(() => "");
const print = await takeFingerprint("namespace", activePassive().topology);
const programs = Object.entries(print.programs).map(
  ([program, version]) => `${program} ${version}`,
);
const environment = [
  `${cpus().length} × ${print.cpuModel}, kernel ${release()}, Node ${process.version}, ${print.user}`,
  programs.join(", "),
  `taken on ${new Date().toISOString().slice(0, 10)}, at commit ${print.commit?.slice(0, 12) ?? "unknown"}${print.clean === false ? " with changes" : ""}`,
];
const figures: Figure[] = [];
for (const [name, measure] of chosen) {
  process.stderr.write(`Taking figures: ${name}\n`);
  for (const figure of await measure()) {
    figures.push(figure);
    for (const { what, wanted: promise, measured, held } of figure.rows) {
      process.stderr.write(`  ${held ? "held" : "MISSED"}: ${what}: ${measured} (${promise})\n`);
    }
  }
  await writeFile(file, renderFigures(figures, before, environment));
}
const missed = figures.flatMap(({ rows }) => rows).filter(({ held }) => !held);
process.stderr.write(
  `${missed.length === 0 ? "All figures held" : `${missed.length} figures missed`}\n`,
);
process.stdout.write(`${file}\n`);
process.exitCode = missed.length === 0 ? 0 : 1;
