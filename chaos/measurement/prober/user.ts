/** Items after which a user begins anew, so that carts, and with them responses, stay small. */
export const CART_ITEMS = 100;

/** What a response of the cart says. */
export interface CartSeen {
  /** Id of the session that the cart is of. */
  readonly session: string;
  readonly items: readonly string[];
}

/** What is wrong with a cart. */
export interface CartFindings {
  /** Items that should be there and are not; each is told once. */
  readonly missing: number;
  /** The session is not the one that this user had. */
  readonly lostSession: boolean;
  /** Its cart was full: this is the first answer of a new one, without the cookies of the one before. */
  readonly began: boolean;
}

/** One user: cookies, and what was put into the cart. Sends one request at a time. */
export class User {
  readonly #cookies = new Map<string, string>();
  /** Everything that was sent: what was not acknowledged may be there or not. */
  readonly #sent = new Set<string>();
  readonly #acknowledged = new Set<string>();
  #session: string | null = null;
  #isFull = false;

  /** The cookies, as a `Cookie` field has them; empty for none. */
  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  /** An item is about to be sent. */
  sends(item: string): void {
    this.#sent.add(item);
  }

  /**
   * Takes the cookies of a response (RFC 6265 §5.2). There is one origin and no clock: `Domain`, `Path` and
   * `Expires` say nothing here, and `Max-Age` only whether the cookie goes.
   */
  takeCookies(setCookies: readonly string[]): void {
    for (const text of setCookies) {
      const [pair = "", ...attributes] = text.split(";");
      const equals = pair.indexOf("=");
      if (equals < 1) continue;
      const name = pair.slice(0, equals).trim();
      const gone = attributes.some((one) => /^\s*max-age\s*=\s*(?:0+|-\d+)\s*$/i.test(one));
      if (gone) this.#cookies.delete(name);
      else this.#cookies.set(name, pair.slice(equals + 1).trim());
    }
  }

  /**
   * Compares a cart with what should be in it, now that an item was acknowledged.
   *
   * @returns null when something is in it that this user never sent
   */
  sees(item: string, { session, items }: CartSeen): CartFindings | null {
    if (items.some((one) => !this.#sent.has(one))) return null;
    this.#acknowledged.add(item);
    const began = this.#isFull;
    this.#isFull = false;
    const lostSession = this.#session !== null && session !== this.#session;
    this.#session = session;
    const present = new Set(items);
    let missing = 0;
    for (const one of this.#acknowledged) {
      if (present.has(one)) continue;
      missing += 1;
      this.#acknowledged.delete(one);
    }
    if (present.size >= CART_ITEMS) this.#beginAnew();
    return { missing, lostSession, began };
  }

  #beginAnew(): void {
    this.#cookies.clear();
    this.#sent.clear();
    this.#acknowledged.clear();
    this.#session = null;
    this.#isFull = true;
  }
}
