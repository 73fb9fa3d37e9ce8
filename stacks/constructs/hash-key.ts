import type { ConfigInput } from "../../balancer/index.ts";

type KeyInput = NonNullable<NonNullable<ConfigInput["pools"][number]["hashing"]>["key"]>;

/** What of a request decides which backend it goes to, with an algorithm that hashes. */
export class HashKey {
  readonly #input: KeyInput;

  private constructor(input: KeyInput) {
    this.#input = input;
  }

  /** The address that the connection comes from. */
  static clientIp(): HashKey {
    return new HashKey({ from: "client-ip" });
  }

  /** The first header field of that name. */
  static header(name: string): HashKey {
    return new HashKey({ from: "header", name });
  }

  /** The cookie of that name. */
  static cookie(name: string): HashKey {
    return new HashKey({ from: "cookie", name });
  }

  /** The path, without the query. */
  static path(): HashKey {
    return new HashKey({ from: "path" });
  }

  /** The first query parameter of that name. */
  static query(name: string): HashKey {
    return new HashKey({ from: "query", name });
  }

  /** As the balancer's configuration writes it. */
  toInput(): KeyInput {
    return this.#input;
  }
}
