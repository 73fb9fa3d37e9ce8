import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { networkInterfaces, type NetworkInterfaceInfo } from "node:os";
import { dirname } from "node:path";
import type { NodeFile } from "../../../stacks/topology.ts";

/**
 * The interface that carries an address: it is found, never assumed, because engines number
 * interfaces as they like.
 *
 * @throws Error that lists the addresses there are
 */
export function interfaceOf(
  address: string,
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): string {
  for (const [name, infos] of Object.entries(interfaces)) {
    if (infos?.some((info) => info.address === address) === true) return name;
  }
  const known = Object.values(interfaces).flatMap((infos) => infos ?? []);
  throw new Error(
    `No interface carries ${address}. This node has: ${known.map((info) => info.address).join(", ")}. Check the node's address in the topology.`,
  );
}

/** Content with `{{interface}}` filled in. */
export function fillIn(content: string, interfaceName: string): string {
  return content.replaceAll("{{interface}}", interfaceName);
}

/** Writes the node's files and makes its fifos. */
export function writeNodeFiles(files: readonly NodeFile[], interfaceName: string): void {
  for (const file of files) {
    mkdirSync(dirname(file.path), { recursive: true });
    if (file.kind === "fifo") {
      execFileSync("mkfifo", ["-m", "600", file.path]);
    } else {
      // keepalived refuses configurations that others may write.
      writeFileSync(file.path, fillIn(file.content, interfaceName), { mode: 0o600 });
    }
  }
}
