import type { Machine } from "../machine.ts";

/** One layer of an image; those without files are left out. */
export interface Layer {
  readonly sizeBytes: number;
  /** The instruction that made it. */
  readonly from: string;
}

/** The layers of an image, the lowest first; empty when there is no such image. */
export async function layersOf(machine: Machine, image: string): Promise<readonly Layer[]> {
  const { code, output } = await machine.run([
    ...["docker", "history", "--no-trunc", "--human=false"],
    ...["--format", "{{.Size}}\t{{.CreatedBy}}\t{{.Comment}}", image],
  ]);
  if (code !== 0) return [];
  return output
    .split("\n")
    .flatMap((line) => {
      const [size = "", made = "", comment = ""] = line.split("\t");
      const sizeBytes = Number(size);
      return size !== "" && sizeBytes > 0 ? [{ sizeBytes, from: instruction(made, comment) }] : [];
    })
    .toReversed();
}

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

/** Without the builder's own additions: a content hash, `#(nop)`, the build's arguments. */
function instruction(made: string, comment: string): string {
  if (made.trim() === "") return comment;
  return made
    .replace(/^(\|\d+ .*?)?\/bin\/sh -c (#\(nop\) )?/, "")
    .replace(/ (dir|file|multi):[\da-f]+ in /, " … ")
    .trim()
    .slice(0, 80);
}
