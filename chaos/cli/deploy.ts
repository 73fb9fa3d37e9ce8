import type { Command } from "commander";
import { allTopologies } from "../../stacks/topologies/all-topologies.ts";
import type { Topology } from "../../stacks/topology.ts";
import { runCdktf } from "../deploy/cdktf.ts";
import { collisions, faultsInForce, surroundingsOf } from "../deploy/check-deployable.ts";
import { CdktfFailed, NotDeployable } from "../deploy/errors.ts";
import { UnknownName } from "../environment/errors.ts";
import { DockerDeployment } from "../environment/docker/docker-deployment.ts";
import { Engine } from "../environment/docker/engine.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { thisMachine } from "../setup/machine.ts";
import { PROJECT_ROOT } from "../setup/paths.ts";
import { survey, unmet } from "../setup/requirement.ts";
import { REQUIREMENTS } from "../setup/requirements.ts";
import { lookOf, stepsTo, type Steps } from "../setup/steps.ts";

/** `evenkeel deploy`: checks first, then lets cdktf deploy a stack, and ends when all of it is ready. */
export function addDeploy(program: Command): void {
  program
    .command("deploy <stack>")
    .description("Deploy a topology as Docker containers: check, cdktf deploy, wait until ready.")
    .addHelpText(
      "after",
      `
Nothing is created before it is sure that the engine, the images, the provider, ports and subnets are
there and free. Without a change since the last time there is nothing to do.

Examples:
  evenkeel deploy active-passive
  npm run deploy -- active-passive`,
    )
    .action(async (stack: string) => {
      process.exitCode = await deploy(stack);
    });
}

async function deploy(stackId: string): Promise<ExitCode> {
  const begin = performance.now();
  const topology = declared(stackId);
  const steps = stepsTo(
    (line) => process.stdout.write(line),
    lookOf(process.stdout.isTTY, process.env),
  );
  const engine = new Engine();
  await requireDeployable(engine, topology);
  steps.done("Engine, images and provider are there; ports and subnet are free");

  steps.doing(`cdktf deploy ${stackId}`);
  const { code, signal } = await runCdktf("deploy", stackId);
  if (signal !== null) return EXIT.interrupted;
  if (code !== 0) {
    throw new CdktfFailed(
      "deploy",
      stackId,
      `code ${code}`,
      `What was created so far goes with: npm run destroy -- ${stackId}`,
    );
  }
  steps.doing("waiting until every node is ready");
  await untilReady(engine, stackId);
  steps.done(`${stackId} is ready after ${((performance.now() - begin) / 1_000).toFixed(1)} s`);
  tellNext(topology, steps);
  return EXIT.pass;
}

/** @throws UnknownName that lists the stacks there are; InvalidDocument when it is not valid */
function declared(stackId: string): Topology {
  const all = allTopologies();
  const topology = all.find(({ id }) => id === stackId);
  if (topology !== undefined) return topology;
  throw new UnknownName(
    "stack",
    stackId,
    all.map(({ id }) => id),
  );
}

/** @throws NotDeployable with everything that is in the way */
async function requireDeployable(engine: Engine, topology: Topology): Promise<void> {
  const lacking = unmet(await survey(REQUIREMENTS, thisMachine()), ["docker"]).flatMap(
    ({ requirement: { title, neededFor }, finding }) =>
      finding.state === "ready"
        ? []
        : [`${title} ${neededFor.docker ?? "is needed"}; ${finding.problem}. ${finding.next}`],
  );
  const forced = faultsInForce(PROJECT_ROOT);
  // Without an engine there is nothing to ask what is on it.
  const inTheWay =
    lacking.length > 0
      ? []
      : await collisions(
          topology,
          await surroundingsOf(
            PROJECT_ROOT,
            topology,
            await engine.containers(),
            await engine.networks(),
          ),
        );
  const problems = [...lacking, ...forced, ...inTheWay];
  if (problems.length > 0) throw new NotDeployable(topology.id, problems);
}

async function untilReady(engine: Engine, topologyId: string): Promise<void> {
  const deployment = await DockerDeployment.join(engine, topologyId, { logDirectory: null });
  try {
    await deployment.ready();
  } finally {
    await deployment.letGo();
  }
}

function tellNext(topology: Topology, steps: Steps): void {
  for (const { id, publishedPorts = [] } of topology.nodes) {
    for (const { port, hostPort } of publishedPorts) {
      steps.done(`port ${port} of ${id}: http://127.0.0.1:${hostPort}`);
    }
  }
  process.stdout.write(
    `\nBreak it:   npx evenkeel run <scenario> --environment docker --topology ${topology.id}\nRemove it:  npm run destroy -- ${topology.id}\n`,
  );
}
