import { createHash } from "node:crypto";
import { join } from "node:path";
import { STATE_DIRECTORY } from "../paths.ts";

/** Where the Docker client looks for an engine unless DOCKER_HOST says otherwise. */
export const ENGINE_SOCKET = "/var/run/docker.sock";

/** Where an engine that belongs to this project keeps things. */
export interface EnginePlace {
  /** Images and containers. They stay when the engine is stopped. */
  readonly data: string;
  /** Sockets and mounts of what runs. Short, for a unix socket's path ends at 107 characters. */
  readonly exec: string;
  readonly pidFile: string;
  readonly log: string;
  readonly socket: string;
}

/** The engine of one checkout. */
export function enginePlace(stateDirectory: string = STATE_DIRECTORY): EnginePlace {
  const folder = join(stateDirectory, "engine");
  const id = createHash("sha256").update(folder).digest("hex").slice(0, 8);
  return {
    data: join(folder, "data"),
    exec: join("/run/evenkeel", id),
    pidFile: join(folder, "dockerd.pid"),
    log: join(folder, "dockerd.log"),
    socket: ENGINE_SOCKET,
  };
}

/**
 * How the engine is started. Its networks come from 198.18.0.0/15, which RFC 2544 reserves for
 * benchmarks, so that none collides with a LAN or a VPN; topologies take theirs from below 198.18.255.0.
 */
export function engineArgv(dockerd: string, place: EnginePlace): readonly string[] {
  return [
    dockerd,
    ...["--data-root", place.data],
    ...["--exec-root", place.exec],
    ...["--pidfile", place.pidFile],
    ...["--host", `unix://${place.socket}`],
    ...["--bip", "198.18.255.1/24"],
    ...["--default-address-pool", "base=198.19.0.0/16,size=24"],
  ];
}
