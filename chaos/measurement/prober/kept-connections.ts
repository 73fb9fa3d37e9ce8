import type { Outcome, ProbePlan } from "../probe.ts";
import {
  destination,
  nextPlace,
  type Carrier,
  type CarrierHooks,
  type Findings,
  type OpenProbe,
} from "./carrier.ts";
import { Connection, type Asked } from "./connection.ts";
import { HttpResponse } from "./http-response.ts";
import { outcomeOfResponse } from "./outcome.ts";
import { requestWriter } from "./request-writer.ts";
import { Seats } from "./seats.ts";

/**
 * A fixed number of connections that stay open. Request k takes connection k modulo their number, or the
 * next one that is free; with none free it waits. One that is lost is opened again by the request whose
 * turn it is, to that request's address: so every address has its share of the connections, and a retry
 * moves its connection to the next address.
 *
 * What a peer said while a connection was idle, such as its end, is read before a request goes out on it: a
 * prober that was late would otherwise send on a connection that was lost long before. A request that meets
 * the end of its connection under way fails, as with any client: the peer may have acted on it.
 */
export class KeptConnections implements Carrier {
  readonly #plan: ProbePlan;
  readonly #hooks: CarrierHooks;
  readonly #text: ReturnType<typeof requestWriter>;
  readonly #seats: Seats;
  readonly #connections: (Connection | undefined)[];
  #isClosed = false;

  constructor(plan: ProbePlan, count: number, hooks: CarrierHooks) {
    this.#plan = plan;
    this.#hooks = hooks;
    this.#text = requestWriter(plan);
    this.#seats = new Seats(count);
    this.#connections = Array.from({ length: count }, () => undefined);
  }

  send(probe: OpenProbe): void {
    if (probe.seat !== null) return this.#sendOn(probe, probe.seat);
    this.#seats.claim(probe.seq, probe, (seat) => {
      probe.seat = seat;
      this.#sendOn(probe, seat);
    });
    return undefined;
  }

  judge(probe: OpenProbe, response: HttpResponse): Outcome {
    return outcomeOfResponse(response, { seq: probe.seq, nodes: this.#plan.expectNodes });
  }

  settle({ seat }: OpenProbe): Findings {
    if (seat !== null) this.#seats.release(seat);
    return {};
  }

  close(): void {
    this.#isClosed = true;
    for (const connection of this.#connections) connection?.close();
  }

  #sendOn(probe: OpenProbe, seat: number): void {
    if (this.#connections[seat]?.isIdle !== true) return this.#sendNow(probe, seat);
    // Immediates come after everything that has arrived was read.
    setImmediate(() => {
      if (probe.isOpen && !this.#isClosed) this.#sendNow(probe, seat);
    });
    return undefined;
  }

  #sendNow(probe: OpenProbe, seat: number): void {
    const kept = this.#connections[seat];
    const place = nextPlace(this.#plan, probe);
    // A first attempt takes the connection wherever it leads, a retry only where it is to go.
    if (kept?.isIdle === true && (probe.attempts === 0 || kept.place === place)) {
      kept.ask(this.#asked(probe, kept.place, kept.address));
      probe.connection = kept;
      return;
    }
    kept?.close();
    const to = destination(this.#plan, place);
    const connection = new Connection(to, true, this.#asked(probe, place, to.address));
    this.#connections[seat] = connection;
    probe.connection = connection;
    this.#hooks.onConnecting(connection);
  }

  #asked(probe: OpenProbe, place: number, address: string): Asked {
    const response = new HttpResponse();
    probe.place = place;
    probe.attempts += 1;
    probe.response = response;
    return {
      text: this.#text({ seq: probe.seq, address }),
      response,
      onEnd: (ending) => this.#hooks.onAttempted(probe, ending),
    };
  }
}
