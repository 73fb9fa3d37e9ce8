import { readFileSync, watch, type FSWatcher } from "node:fs";
import { basename, dirname } from "node:path";

/** Editors and deployments write in several steps; they are one change. */
const SETTLE_MS = 50;

/**
 * Tells when the content of a file has become another one, however it is replaced: written anew,
 * renamed into place, or behind a symbolic link that is turned, as Kubernetes does. A file that is
 * missing for a moment is no change.
 */
export class FileWatch {
  readonly #path: string;
  readonly #changed: () => void;
  readonly #watcher: FSWatcher;
  #timer: NodeJS.Timeout | undefined;
  #content: string | null;

  /**
   * @param changed told some time after each change
   * @throws when the file's folder cannot be watched
   */
  constructor(path: string, changed: () => void) {
    this.#path = path;
    this.#changed = changed;
    this.#content = contentOf(path);
    // The folder, because a file that is replaced is another file. A link in it may be what turns.
    this.#watcher = watch(dirname(path), (_, name) => this.#stir(name));
    this.#watcher.on("error", () => this.#watcher.close());
  }

  close(): void {
    this.#watcher.close();
    clearTimeout(this.#timer);
  }

  #stir(name: string | null): void {
    if (name !== null && name !== basename(this.#path) && !name.startsWith("..")) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), SETTLE_MS);
  }

  #look(): void {
    const content = contentOf(this.#path);
    if (content === null || content === this.#content) return;
    this.#content = content;
    this.#changed();
  }
}

function contentOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
