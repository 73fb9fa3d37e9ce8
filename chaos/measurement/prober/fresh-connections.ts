import type { Outcome, ProbePlan } from "../probe.ts";
import {
  destination,
  nextPlace,
  type Carrier,
  type CarrierHooks,
  type Findings,
  type OpenProbe,
} from "./carrier.ts";
import { Connection } from "./connection.ts";
import { HttpResponse } from "./http-response.ts";
import { outcomeOfResponse } from "./outcome.ts";
import { requestWriter } from "./request-writer.ts";

/** Each attempt on a connection of its own. */
export class FreshConnections implements Carrier {
  readonly #plan: ProbePlan;
  readonly #hooks: CarrierHooks;
  readonly #text: ReturnType<typeof requestWriter>;

  constructor(plan: ProbePlan, hooks: CarrierHooks) {
    this.#plan = plan;
    this.#hooks = hooks;
    this.#text = requestWriter(plan);
  }

  send(probe: OpenProbe): void {
    this.sendWith(probe, { cookie: "", onBody: undefined });
  }

  /** Sends an attempt with cookies, and hands on the body of its response. */
  sendWith(
    probe: OpenProbe,
    {
      cookie,
      onBody,
    }: { readonly cookie: string; readonly onBody: ((part: Buffer) => void) | undefined },
  ): void {
    const to = destination(this.#plan, nextPlace(this.#plan, probe));
    const response = new HttpResponse(onBody);
    probe.place = to.place;
    probe.attempts += 1;
    probe.response = response;
    probe.connection = new Connection(to, false, {
      text: this.#text({ seq: probe.seq, address: to.address, cookie }),
      response,
      onEnd: (ending) => this.#hooks.onAttempted(probe, ending),
    });
    this.#hooks.onConnecting(probe.connection);
  }

  judge(probe: OpenProbe, response: HttpResponse): Outcome {
    return outcomeOfResponse(response, { seq: probe.seq, nodes: this.#plan.expectNodes });
  }

  settle(): Findings {
    return {};
  }

  close(): void {}
}
