import { z } from "zod";
import { backendSchema } from "../config-pool.ts";
import { InvalidDocument, problemsOf } from "../errors.ts";
import { readDocument } from "../reload/document-file.ts";
import { FileWatch } from "../reload/file-watch.ts";
import type { Discovery, Found } from "./discovery.ts";

const listSchema = z.array(backendSchema).superRefine((backends, context) => {
  backends.forEach(({ id }, index) => {
    if (backends.findIndex((one) => one.id === id) === index) return;
    context.addIssue({ code: "custom", path: [index, "id"], message: "repeats | Make it unique." });
  });
});

/** Finds backends in a file that somebody else writes: a JSON array, as a pool lists them. */
export class FileDiscovery implements Discovery {
  readonly #path: string;
  #watch: FileWatch | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws Unreadable, InvalidDocument */
  async look(): Promise<Found> {
    const document = readDocument(this.#path, this.#path);
    const result = listSchema.safeParse(document, { jitless: true });
    if (!result.success) {
      throw new InvalidDocument(this.#path, problemsOf(result.error, document));
    }
    return { backends: result.data, againMs: null };
  }

  watch(stirred: () => void): void {
    this.#watch = new FileWatch(this.#path, stirred);
  }

  close(): void {
    this.#watch?.close();
  }
}
