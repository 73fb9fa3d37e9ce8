import type { Moment } from "../environment/environment.ts";
import { accepted, Callers } from "./call/callers.ts";
import type { Called } from "./call/call-client.ts";
import type { Fault, Verification } from "./fault.ts";
import { injectWithJournal } from "./injected.ts";
import { balancerOf, type OperatedBalancer } from "./operation/balancer-of.ts";
import type { Target } from "./target.ts";

/** A request to a balancer's admin API. */
export interface AdminRequest {
  readonly method: "GET" | "POST";
  /** With its query. */
  readonly path: string;
  /** Sent as JSON. @default - no body */
  readonly body?: unknown;
}

/** Asks the admin API; whatever it answers is no error. */
export type AskAdmin = (request: AdminRequest) => Promise<Called>;

/** What an operator does to a balancer through its admin API. */
export interface Operation {
  /** A stable name: `drain-backend`. */
  readonly kind: string;
  /** What is done, for people; the target follows: `drain of app-1 by`. */
  readonly title: string;
  /** What undoes it, for people and for a later process: `enable app-1`. */
  readonly undoTitle: string;
  /** Checks the names that it uses, for each balancer that it may turn out to be. @throws UnknownName */
  readonly check: (balancer: OperatedBalancer) => void;
  /** What to send and what undoes that, told from what is there right before. */
  readonly plan: (ask: AskAdmin) => Promise<{
    readonly request: AdminRequest;
    /** Null when nothing has to be undone. */
    readonly undo: AdminRequest | null;
  }>;
  /** Looks whether the balancer is now as the operator wants it. */
  readonly verify: (ask: AskAdmin, sent: AdminRequest) => Promise<Verification>;
}

/**
 * An operator does something to a balancer, as a step of an experiment: with a time, evidence, and a
 * way back. A balancer that has been started again since knows nothing of it, so that is undone too.
 */
export function operate(target: Target, operation: Operation): Fault {
  const { kind, title, undoTitle } = operation;
  return {
    kind,
    title: `${title} ${target.title}`,
    check: (topology) => {
      target.check(topology);
      for (const id of target.candidates(topology)) operation.check(balancerOf(topology, id));
    },
    targets: (topology) => target.candidates(topology),
    prepare: async (deployment) => {
      const callers = await Callers.start(deployment, target);
      return {
        aim: () => target.find(deployment),
        inject: async ({ atNs, journal }) => {
          const id = target.find(deployment);
          const to = { socket: balancerOf(deployment.topology, id).socket };
          const ask: AskAdmin = (request) => callers.call(id, { to, ...request });
          const at = atNs === undefined ? {} : { atNs };
          const { request, undo } = await operation.plan(ask);
          const intent = { fault: kind, target: id, undo: `${undoTitle} on ${id}` };
          return injectWithJournal(journal, intent, {
            act: async () => {
              const called = await callers.call(id, { to, ...request, ...at });
              return accepted(called, `node ${id}: ${told(request)}`).moment;
            },
            verify: () => operation.verify(ask, request),
            undo: async () => {
              if (undo === null) return now();
              const called = await callers.callInAnyCase(id, { to, ...undo });
              // Nobody is there who could remember it.
              if (called === null || called.outcome === "refused") return now();
              return accepted(called, `node ${id}: ${told(undo)}`).moment;
            },
          });
        },
        [Symbol.asyncDispose]: () => callers[Symbol.asyncDispose](),
      };
    },
  };
}

function told({ method, path }: AdminRequest): string {
  return `${method} ${path}`;
}

function now(): Moment {
  return { monotonicNs: process.hrtime.bigint(), uncertaintyNs: 0n };
}
