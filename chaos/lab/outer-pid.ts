import { readFileSync } from "node:fs";
import { treeOf } from "../environment/process-tree.ts";

/**
 * Process id, on this machine, of the first process of a node: whoever enters the namespaces of that
 * one is on the node.
 *
 * @param labPid outermost process of the lab
 * @returns undefined when the node does not run
 */
export function outerPidOfNode(labPid: number, nodeId: string): number | undefined {
  return treeOf(labPid).find((pid) => nodeOf(pid) === nodeId && commandOf(pid) === "tini");
}

/** The node that a process was started for; undefined for none, and when it has ended. */
function nodeOf(pid: number): string | undefined {
  const prefix = "EVENKEEL_NODE=";
  const entry = textOf(pid, "environ")
    .split("\0")
    .find((one) => one.startsWith(prefix));
  if (entry === undefined) return undefined;
  const spec = Buffer.from(entry.slice(prefix.length), "base64").toString("utf8");
  return (JSON.parse(spec) as { readonly id: string }).id;
}

function commandOf(pid: number): string {
  return textOf(pid, "comm").trim();
}

function textOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}
