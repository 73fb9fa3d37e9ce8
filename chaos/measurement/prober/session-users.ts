import { deriveSeed, seededRandom } from "../../statistics/random.ts";
import type { Outcome, ProbePlan } from "../probe.ts";
import type { Carrier, CarrierHooks, Findings, OpenProbe } from "./carrier.ts";
import { FreshConnections } from "./fresh-connections.ts";
import type { HttpResponse } from "./http-response.ts";
import { Seats } from "./seats.ts";
import { User, type CartFindings, type CartSeen } from "./user.ts";

/** A cart of 100 items takes about a kilobyte; more is not what was asked for. */
const MAX_BODY_BYTES = 64 * 1024;

/**
 * Users with a cart each. Request k is that of a user drawn by the seed, or of the next one who has none
 * under way; when all have, it waits. Every attempt is on a connection of its own.
 */
export class SessionUsers implements Carrier {
  readonly #connections: FreshConnections;
  readonly #users: readonly User[];
  readonly #random: () => number;
  readonly #seats: Seats;
  readonly #bodies = new WeakMap<OpenProbe, Buffer[]>();
  readonly #findings = new WeakMap<OpenProbe, CartFindings>();

  constructor(plan: ProbePlan, count: number, hooks: CarrierHooks) {
    this.#connections = new FreshConnections(plan, hooks);
    this.#users = Array.from({ length: count }, () => new User());
    this.#random = seededRandom(deriveSeed(plan.seed, "users"));
    this.#seats = new Seats(count);
  }

  send(probe: OpenProbe): void {
    if (probe.seat !== null) return this.#sendAs(probe, probe.seat);
    const drawn = Math.floor(this.#random() * this.#users.length);
    this.#seats.claim(drawn, probe, (seat) => {
      probe.seat = seat;
      this.#sendAs(probe, seat);
    });
    return undefined;
  }

  judge(probe: OpenProbe, response: HttpResponse): Outcome {
    const user = this.#userOf(probe);
    user?.takeCookies(response.setCookies);
    const outcome = this.#connections.judge(probe, response);
    if (outcome !== "ok") return outcome;
    const seen = cartOf(this.#bodies.get(probe) ?? []);
    const findings = seen === null ? null : user?.sees(String(probe.seq), seen);
    if (findings === null || findings === undefined) return "corrupt";
    this.#findings.set(probe, findings);
    return "ok";
  }

  settle(probe: OpenProbe): Findings {
    if (probe.seat === null) return {};
    this.#seats.release(probe.seat);
    const { missing = 0, lostSession = false, began = false } = this.#findings.get(probe) ?? {};
    return {
      user: probe.seat,
      ...(missing > 0 ? { missing } : {}),
      ...(lostSession ? { lostSession: true as const } : {}),
      ...(began ? { began: true as const } : {}),
    };
  }

  close(): void {
    this.#connections.close();
  }

  #sendAs(probe: OpenProbe, seat: number): void {
    const parts: Buffer[] = [];
    let bytes = 0;
    this.#bodies.set(probe, parts);
    const user = this.#users[seat];
    user?.sends(String(probe.seq));
    this.#connections.sendWith(probe, {
      cookie: user?.cookie ?? "",
      onBody: (part) => {
        bytes += part.length;
        if (bytes <= MAX_BODY_BYTES) parts.push(part);
        else parts.length = 0;
      },
    });
  }

  #userOf({ seat }: OpenProbe): User | undefined {
    return seat === null ? undefined : this.#users[seat];
  }
}

/** The cart in a body; null when it is none. */
function cartOf(parts: readonly Buffer[]): CartSeen | null {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(parts).toString());
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  if (!("session" in value) || !("items" in value)) return null;
  const { session, items } = value;
  if (typeof session !== "string" || !Array.isArray(items)) return null;
  const known: readonly unknown[] = items;
  return known.every((item) => typeof item === "string") ? { session, items: known } : null;
}
