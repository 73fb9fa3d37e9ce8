import type { Listener } from "../listener/listener.ts";
import type { Pool } from "../upstream/pool.ts";
import type { Answer } from "./answer.ts";
import type { AdminSubject } from "./view.ts";

/** A value with the labels that tell it from others of its name. */
interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One name of the exposition. */
interface Metric {
  /** Without the prefix; a counter's ends with `_total`. */
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

const PREFIX = "evenkeel_";
/** Where Prometheus scrapes. */
export const METRICS_PATH = "/metrics";

/**
 * Everything that a balancer counts, in Prometheus' text format. Labels are names of the configuration
 * and reasons of this program, so that no client can make them many.
 *
 * @see Prometheus, exposition formats, text-based format 0.0.4
 */
export async function metricsAnswer(subject: AdminSubject): Promise<Answer> {
  // Loaded with the first scrape: every start would pay for it, and few balancers are scraped.
  const { Registry, Gauge, Counter } = await import("prom-client");
  const registry = new Registry();
  for (const { name, help, samples } of allMetrics(subject)) {
    const options = {
      name: `${PREFIX}${name}`,
      help,
      labelNames: [...new Set(samples.flatMap(({ labels }) => Object.keys(labels)))],
      registers: [registry],
    };
    if (name.endsWith("_total")) {
      const counter = new Counter(options);
      for (const { labels, value } of samples) counter.inc({ ...labels }, value);
    } else {
      const gauge = new Gauge(options);
      for (const { labels, value } of samples) gauge.set({ ...labels }, value);
    }
  }
  const headers = { "content-type": registry.contentType };
  return { status: 200, body: await registry.metrics(), headers };
}

function allMetrics(subject: AdminSubject): readonly Metric[] {
  const { phase, vrrp, pools, listeners } = subject;
  return [
    alone("ready", "Whether the balancer serves and wants to.", phase === "ready"),
    alone("vrrp_master", "Whether keepalived holds the floating address here.", vrrp === "master"),
    ...poolMetrics(pools, subject),
    ...backendMetrics(pools),
    ...listenerMetrics(listeners),
  ];
}

function poolMetrics(pools: readonly Pool[], subject: AdminSubject): readonly Metric[] {
  const each = (name: string, help: string, valueOf: (pool: Pool) => number | boolean): Metric => ({
    name: `pool_${name}`,
    help,
    samples: pools.map((pool) => ({ labels: { pool: pool.id }, value: Number(valueOf(pool)) })),
  });
  return [
    each("available", "Whether a backend may take a request.", (pool) => pool.available),
    each(
      "panic",
      "Whether too few are fit, so that all enabled ones serve.",
      (pool) => pool.panicking,
    ),
    each("held", "Whether all keep their state, because the whole pool fails.", (pool) =>
      subject.held(pool),
    ),
    each(
      "hot_key_share",
      "Share of the requests that the most frequent key brings, beyond the bound or not.",
      (pool) => pool.hottestKey?.share ?? 0,
    ),
  ];
}

function backendMetrics(pools: readonly Pool[]): readonly Metric[] {
  const all = pools.flatMap(({ id, backends }) =>
    backends.map((backend) => ({ labels: { pool: id, backend: backend.id }, backend })),
  );
  type One = (typeof all)[number]["backend"];
  const each = (name: string, help: string, valueOf: (one: One) => number | boolean): Metric => ({
    name: `backend_${name}`,
    help,
    samples: all.map(({ labels, backend }) => ({ labels, value: Number(valueOf(backend)) })),
  });
  return [
    each("healthy", "Whether its checks pass.", ({ health }) => health === "healthy"),
    each("pickable", "Whether new requests may go to it.", ({ pickable }) => pickable),
    each("ejected", "Whether live traffic has taken it out.", ({ ejected }) => ejected),
    each("weight", "Its weight.", ({ weight }) => weight),
    each("in_flight", "Requests, or connections, in flight on it.", ({ inFlight }) => inFlight),
    each("requests_total", "Requests, or connections, ever sent to it.", ({ sent }) => sent),
    each(
      "failures_total",
      "Of those: what it did not connect, reset or broke.",
      ({ failed }) => failed,
    ),
  ];
}

function listenerMetrics(listeners: readonly Listener[]): readonly Metric[] {
  type Counters = Listener["counters"];
  const each = (name: string, help: string, valueOf: (counters: Counters) => number): Metric => ({
    name: `listener_${name}`,
    help,
    samples: listeners.map(({ config, counters }) => ({
      labels: { listener: config.id },
      value: valueOf(counters),
    })),
  });
  const byLabel = (
    name: string,
    help: string,
    label: string,
    valuesOf: (counters: Counters) => Iterable<readonly [string, number]>,
  ): Metric => ({
    name: `listener_${name}`,
    help,
    samples: listeners.flatMap(({ config, counters }) =>
      [...valuesOf(counters)].map(([value, count]) => ({
        labels: { listener: config.id, [label]: value },
        value: count,
      })),
    ),
  });
  return [
    each("connections", "Client connections open now.", ({ active }) => active),
    each("connections_total", "Client connections accepted.", ({ accepted }) => accepted),
    each("requests_total", "Requests, or relayed connections.", ({ requests }) => requests),
    byLabel("responses_total", "Answers by hundred of the status.", "class", ({ responses }) =>
      Object.entries(responses),
    ),
    byLabel(
      "rejected_total",
      "What was refused at the door.",
      "reason",
      ({ rejected }) => rejected,
    ),
    byLabel(
      "upstream_errors_total",
      "What failed behind the balancer.",
      "reason",
      ({ upstreamErrors }) => upstreamErrors,
    ),
    each("retries_total", "Second tries after a failed connect.", ({ retries }) => retries),
    each(
      "stale_retries_total",
      "Second tries after a stale connection.",
      ({ staleRetries }) => staleRetries,
    ),
    each("received_bytes_total", "Bytes read from clients.", ({ bytesIn }) => bytesIn),
    each("sent_bytes_total", "Bytes written to clients.", ({ bytesOut }) => bytesOut),
  ];
}

function alone(name: string, help: string, value: boolean): Metric {
  return { name, help, samples: [{ labels: {}, value: Number(value) }] };
}
