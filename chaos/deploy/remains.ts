import { rm } from "node:fs/promises";
import { LABELS, leasePath } from "../../stacks/topology.ts";
import type { Engine } from "../environment/docker/engine.ts";
import { HAND_LABEL } from "../environment/docker/hand-client.ts";

/** What is left of a topology on the engine, by its labels. Nothing else is ever touched. */
export interface Remains {
  readonly containers: readonly { readonly id: string; readonly name: string }[];
  readonly networks: readonly { readonly id: string; readonly name: string }[];
  readonly volumes: readonly string[];
}

/** Looks for everything that carries a topology's label, helper containers included. */
export async function remainsOf(engine: Engine, topologyId: string): Promise<Remains> {
  const containers = await engine.containers();
  const networks = await engine.networks();
  return {
    containers: containers.filter(({ labels }) =>
      [LABELS.topology, HAND_LABEL].some((label) => labels[label] === topologyId),
    ),
    networks: networks.filter(({ labels }) => labels[LABELS.topology] === topologyId),
    volumes: await engine.volumesOf(topologyId),
  };
}

/** Names of all that is left, for people. */
export function namesOf({ containers, networks, volumes }: Remains): readonly string[] {
  return [
    ...containers.map(({ name }) => `container ${name}`),
    ...networks.map(({ name }) => `network ${name}`),
    ...volumes.map((name) => `volume ${name}`),
  ];
}

/**
 * Removes what is left of a topology and its lease: with its containers every fault has ended.
 *
 * @param root the project's folder
 * @throws EngineError
 */
export async function removeRemains(
  engine: Engine,
  topologyId: string,
  root: string,
): Promise<Remains> {
  const remains = await remainsOf(engine, topologyId);
  await Promise.all(remains.containers.map(({ id }) => engine.remove(id)));
  for (const { id } of remains.networks) await engine.removeNetwork(id);
  for (const name of remains.volumes) await engine.removeVolume(name);
  await rm(leasePath(root, topologyId), { force: true });
  return remains;
}
