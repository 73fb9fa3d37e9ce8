import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Version of the nginx of this machine; null when it has none. */
export function nginxVersion(): string | null {
  const { stderr } = spawnSync("nginx", ["-v"], { encoding: "utf8" });
  return /nginx\/(\S+)/.exec(stderr ?? "")?.[1] ?? null;
}

/** An nginx that says in `x-upstream` which of its servers it chose; the servers need not exist. */
export class Nginx implements AsyncDisposable {
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly #exited: Promise<unknown>;

  private constructor(folder: string, process: ChildProcess) {
    this.#folder = folder;
    this.#process = process;
    this.#exited = new Promise((resolve) => process.once("exit", resolve));
  }

  /** @param upstream what stands in the upstream block */
  static async start(upstream: string): Promise<Nginx> {
    const folder = await mkdtemp(join(tmpdir(), "evenkeel-nginx-"));
    const file = join(folder, "nginx.conf");
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((kind) => `${kind}_temp_path ${join(folder, kind)};`)
      .join(" ");
    await writeFile(
      file,
      `daemon off; master_process off; pid ${join(folder, "pid")}; error_log stderr emerg;
      events { worker_connections 256; }
      http {
        access_log off; ${temporary} keepalive_requests 1000000;
        upstream pool { ${upstream} }
        server {
          listen unix:${join(folder, "socket")};
          location / {
            proxy_pass http://pool; proxy_next_upstream off;
            add_header x-upstream $upstream_addr always;
          }
        }
      }`,
    );
    const process = spawn("nginx", ["-c", file, "-e", "stderr"], { stdio: "inherit" });
    return new Nginx(folder, process);
  }

  /** The server that nginx chooses for each target, in order. */
  async upstreamsOf(targets: readonly string[]): Promise<string[]> {
    const answers = await this.#pipelined(targets);
    return [...answers.matchAll(/^x-upstream: (.*?)\r$/gm)].map(([, server = ""]) => server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#exited;
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #pipelined(targets: readonly string[]): Promise<string> {
    for (;;) {
      const answers = await this.#exchange(targets);
      if (answers !== null) return answers;
      if (this.#process.exitCode !== null)
        throw new Error("nginx ended. Its last words stand above.");
    }
  }

  /** Everything that nginx answers on one connection; null while it does not listen yet. */
  async #exchange(targets: readonly string[]): Promise<string | null> {
    return await new Promise((resolve) => {
      const socket = connect(join(this.#folder, "socket"));
      let answers = "";
      socket.setEncoding("latin1");
      socket.on("connect", () => {
        const last = targets.length - 1;
        targets.forEach((target, index) => {
          const close = index === last ? "Connection: close\r\n" : "";
          socket.write(`GET ${target} HTTP/1.1\r\nHost: pool\r\n${close}\r\n`);
        });
      });
      socket.on("data", (text) => {
        answers += String(text);
      });
      socket.on("end", () => resolve(answers));
      socket.on("error", () => setTimeout(() => resolve(null), 5));
    });
  }
}
