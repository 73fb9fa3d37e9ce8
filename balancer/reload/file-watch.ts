import { readFileSync, watch, type FSWatcher } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";

/** Editors and deployments write in several steps; they are one change. */
const SETTLE_MS = 50;
/** How often it is looked for what no watch tells. */
const LOOK_MS = 1_000;

/**
 * Tells when the content of a file has become another one, however it is replaced: written anew,
 * renamed into place, or behind a symbolic link that is turned, be it the file's or a
 * folder's above it. A file that is missing for a moment is no change; it and its folder may be missing
 * at first.
 *
 * Its folder is watched, so that most changes are told at once. A watch knows nothing of links above
 * its folder, and stays with one that is moved or removed: so the file is looked for every second, too.
 */
export class FileWatch {
  readonly #path: string;
  readonly #changed: () => void;
  #watcher: FSWatcher | null = null;
  /** The folder that is watched; null for none. */
  #folder: string | null = null;
  /** The file as it was when it was looked for last; null for none. */
  #file: string | null = null;
  #content: string | null;
  #settling: NodeJS.Timeout | undefined;
  #looking: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param changed told some time after each change */
  constructor(path: string, changed: () => void) {
    this.#path = path;
    this.#changed = changed;
    this.#content = contentOf(path);
    void this.#look();
  }

  close(): void {
    this.#closed = true;
    this.#watcher?.close();
    clearTimeout(this.#settling);
    clearTimeout(this.#looking);
  }

  /** Looks for what no watch tells, again and again. */
  async #look(): Promise<void> {
    const [folder, file] = [await identityOf(dirname(this.#path)), await stampOf(this.#path)];
    if (this.#closed) return;
    if (this.#watcher === null || folder !== this.#folder) this.#watchFolder();
    this.#folder = folder;
    if (file !== this.#file) this.#stir();
    this.#file = file;
    this.#looking = setTimeout(() => void this.#look(), LOOK_MS);
  }

  /** Watches the folder, because a file that is replaced is another file. */
  #watchFolder(): void {
    this.#watcher?.close();
    this.#watcher = null;
    try {
      const watcher = watch(dirname(this.#path), (_, name) => this.#heard(name));
      this.#watcher = watcher;
      watcher.on("error", () => {
        watcher.close();
        if (this.#watcher === watcher) this.#watcher = null;
      });
    } catch {
      // It is not there, or there are no watches left: the next look tries again.
    }
  }

  /** Something has happened to that name in the folder. A link in it may be what turns. */
  #heard(name: string | null): void {
    if (name === null || name === basename(this.#path) || name.startsWith("..")) this.#stir();
  }

  #stir(): void {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#read(), SETTLE_MS);
  }

  #read(): void {
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

/** Which folder a path leads to; null for none. */
async function identityOf(path: string): Promise<string | null> {
  try {
    const { dev, ino, birthtimeMs } = await stat(path);
    return `${dev} ${ino} ${birthtimeMs}`;
  } catch {
    return null;
  }
}

/** What changes with the file that a path leads to; null for none. */
async function stampOf(path: string): Promise<string | null> {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = await stat(path);
    return `${dev} ${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch {
    return null;
  }
}
