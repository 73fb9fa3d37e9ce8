import { askEngine } from "../engine/ask-engine.ts";
import type { Machine } from "../machine.ts";

/** One layer of an image; those without files are left out. */
export interface Layer {
  readonly sizeBytes: number;
  /** What it holds, or the instruction that made it. */
  readonly from: string;
}

/** The layers of an image, the lowest first; empty when there is no such image. */
export async function layersOf(machine: Machine, image: string): Promise<readonly Layer[]> {
  const { code, output } = await askEngine(
    machine,
    ...["history", "--no-trunc", "--human=false"],
    ...["--format", "{{.Size}}\t{{.CreatedBy}}\t{{.Comment}}", image],
  );
  if (code !== 0) return [];
  const layers = output
    .split("\n")
    .flatMap((line) => {
      const [size = "", made = "", comment = ""] = line.split("\t");
      const sizeBytes = Number(size);
      return size !== "" && sizeBytes > 0 ? [{ sizeBytes, from: instruction(made, comment) }] : [];
    })
    .toReversed();
  let copies = 0;
  return layers.map(({ sizeBytes, from }) => {
    if (!from.startsWith("COPY ")) return { sizeBytes, from: from.slice(0, LONGEST) };
    copies += 1;
    return { sizeBytes, from: COPIED[copies - 1] ?? from };
  });
}

/** Of an instruction that is shown on one line. */
const LONGEST = 60;

/** `evenkeel/node:dev  262 MB`, and below it a line for each layer. */
export function layersAsText(image: string, layers: readonly Layer[]): readonly string[] {
  const total = layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return [
    `${image}: ${megabytes(total)}`,
    ...layers.map(({ sizeBytes, from }) => `  ${megabytes(sizeBytes).padStart(8)}  ${from}`),
  ];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** What the Dockerfiles copy, in their order; the builder forgets from where. */
const COPIED = ["Node", "launchers and bundles", "Toxiproxy"];

/** Without the builder's own additions: its shell, `#(nop)`, the arguments of the build. */
function instruction(made: string, comment: string): string {
  if (made.trim() === "") return comment;
  return made.replace(/^(\|\d+ .*?)?\/bin\/sh -c (#\(nop\) )?/, "").trim();
}
