import type { Outcome, ProbePlan, ProbeRecord } from "../probe.ts";
import type { Carrier, CarrierHooks, OpenProbe } from "./carrier.ts";
import type { Connection, Ending } from "./connection.ts";
import { Deadlines } from "./deadlines.ts";
import { FreshConnections } from "./fresh-connections.ts";
import { KeptConnections } from "./kept-connections.ts";
import { now, type Load, type LoadHooks } from "./load.ts";
import { maxOutstanding } from "./schedule.ts";
import { SessionUsers } from "./session-users.ts";

/**
 * Single requests: each has a total time, within which what failed is sent again as often as the plan
 * says, and a record when it has ended.
 *
 * ```
 * due ──► attempt ──► ok ──────────────────────────────► record
 *            ▲    └─► failed, attempts and time left ─┐
 *            └─────────── to the next address ────────┘
 * ```
 */
export class RequestLoad implements Load {
  readonly held = 0;
  readonly #plan: ProbePlan;
  readonly #hooks: LoadHooks;
  readonly #carrier: Carrier;
  readonly #maxOutstanding: number;
  readonly #connects: Deadlines<Connection>;
  readonly #totals: Deadlines<OpenProbe>;
  #outstanding = 0;

  constructor(plan: ProbePlan, hooks: LoadHooks) {
    this.#plan = plan;
    this.#hooks = hooks;
    this.#maxOutstanding = maxOutstanding(plan);
    this.#connects = new Deadlines(plan.connectTimeoutMs, {
      now,
      isOpen: (connection) => connection.isConnecting,
      onExpired: (connection) => connection.giveUp(),
    });
    this.#totals = new Deadlines(plan.totalTimeoutMs, {
      now,
      isOpen: (probe) => probe.isOpen,
      onExpired: (probe) => this.#timeOut(probe),
    });
    this.#carrier = carrierOf(plan, {
      onConnecting: (connection) => this.#connects.add(connection, now()),
      onAttempted: (probe, ending) => this.#attempted(probe, ending),
    });
  }

  get isIdle(): boolean {
    return this.#outstanding === 0;
  }

  openLostAgain(): void {
    // None is held: the request whose turn it is opens what it needs.
  }

  send(seq: number, intendedNs: bigint): void {
    if (this.#outstanding >= this.#maxOutstanding) {
      this.#hooks.quality.dropped();
      return;
    }
    const sentNs = now();
    this.#outstanding += 1;
    this.#hooks.quality.sent(Number(sentNs - intendedNs) / 1e6, this.#outstanding);
    const probe: OpenProbe = {
      seq,
      intendedNs,
      sentNs,
      isOpen: true,
      attempts: 0,
      firstOutcome: null,
      place: -1,
      connection: null,
      response: null,
      seat: null,
    };
    this.#totals.add(probe, sentNs);
    this.#carrier.send(probe);
  }

  end(): void {}

  close(): void {
    this.#connects.clear();
    this.#totals.clear();
    this.#carrier.close();
  }

  #timeOut(probe: OpenProbe): void {
    // Ended first, so that giving up on its connection is no failure to be tried again.
    this.#finish(probe, "timeout", () => probe.connection?.giveUp());
  }

  #attempted(probe: OpenProbe, ending: Ending): void {
    if (!probe.isOpen) return;
    const { response } = probe;
    const outcome =
      ending === "complete" && response !== null ? this.#carrier.judge(probe, response) : ending;
    if (outcome === "complete" || outcome === null) return this.#finish(probe, null);
    if (outcome === "ok" || probe.attempts > this.#plan.retries) {
      return this.#finish(probe, outcome);
    }
    probe.firstOutcome ??= outcome;
    this.#carrier.send(probe);
    return undefined;
  }

  /** @param outcome null when nothing could be sent */
  #finish(probe: OpenProbe, outcome: Outcome | null, letGo?: () => void): void {
    const completedNs = now();
    probe.isOpen = false;
    letGo?.();
    this.#outstanding -= 1;
    const findings = this.#carrier.settle(probe);
    if (outcome === null) this.#hooks.quality.turnedOutDropped(probe.sentNs);
    else this.#hooks.onRecord({ ...this.#record(probe, completedNs, outcome), ...findings });
    this.#hooks.onEnded();
  }

  #record(probe: OpenProbe, completedNs: bigint, outcome: Outcome): ProbeRecord {
    const { addresses, traffic } = this.#plan;
    const { response, attempts, firstOutcome } = probe;
    const address = addresses[probe.place];
    return {
      seq: probe.seq,
      class: traffic.kind,
      intendedNs: probe.intendedNs.toString(),
      sentNs: probe.sentNs.toString(),
      completedNs: completedNs.toString(),
      outcome,
      status: response?.status ?? null,
      node: response?.header("x-evenkeel-node") ?? null,
      balancer: response?.header("x-evenkeel-balancer") ?? null,
      bytes: response?.bodyBytes ?? 0,
      ...(addresses.length > 1 && address !== undefined ? { address } : {}),
      ...(attempts === 1 ? {} : { attempts }),
      ...(firstOutcome === null ? {} : { firstOutcome }),
    };
  }
}

function carrierOf(plan: ProbePlan, hooks: CarrierHooks): Carrier {
  const { traffic } = plan;
  switch (traffic.kind) {
    case "fresh":
      return new FreshConnections(plan, hooks);
    case "kept-alive":
      return new KeptConnections(plan, traffic.connections, hooks);
    case "session":
      return new SessionUsers(plan, traffic.users, hooks);
    case "long-lived":
      throw new RangeError("Long-lived connections carry no requests. Use StreamLoad.");
  }
}
