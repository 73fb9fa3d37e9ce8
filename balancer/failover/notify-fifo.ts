import { constants, fstatSync, openSync, closeSync } from "node:fs";
import { Socket } from "node:net";

/** What keepalived says of its VRRP instance. */
export type VrrpState = "master" | "backup" | "fault" | "stop";

/** One line of the fifo. */
export interface VrrpNotice {
  /** Name of the instance in keepalived's configuration. */
  readonly instance: string;
  readonly state: VrrpState;
  readonly priority: number;
  /** CLOCK_MONOTONIC in nanoseconds when it was read. */
  readonly readNs: bigint;
}

/** Something that is being read, until it is closed. */
export interface NotifyFifo {
  close(): void;
}

/** Thrown when the fifo cannot be read. */
export class NotifyFifoFailed extends Error {
  readonly code = "notify-fifo-failed";
  readonly side = "internal";
  readonly retryable = false;

  constructor(path: string, why: string, cause?: unknown) {
    super(
      `The notify fifo ${path} cannot be read: ${why}. Make it with mkfifo before the balancer starts, or leave "failover" out of the configuration.`,
      { cause },
    );
    this.name = "NotifyFifoFailed";
  }
}

const LINE = /^INSTANCE "([^"]*)" (MASTER|BACKUP|FAULT|STOP) (\d{1,3})$/;
const STATES: Readonly<Record<string, VrrpState>> = {
  MASTER: "master",
  BACKUP: "backup",
  FAULT: "fault",
  STOP: "stop",
};
/** keepalived's lines are far shorter; what is longer is not one of them. */
const MAXIMUM_LINE = 1024;

/**
 * A line of the fifo; undefined for lines about anything else than the state of an instance, such
 * as those about groups or `MASTER_RX_LOWER_PRI`.
 *
 * @see keepalived.conf(5), vrrp_notify_fifo
 */
export function parseNotice(line: string): Omit<VrrpNotice, "readNs"> | undefined {
  const [, instance, name, priority] = LINE.exec(line) ?? [];
  const state = STATES[name ?? ""];
  if (instance === undefined || state === undefined) return undefined;
  return { instance, state, priority: Number(priority) };
}

/**
 * Reads the fifo into which keepalived writes.
 *
 * It is opened for writing as well, so that it never ends: keepalived may come and go, and may
 * open it before or after us.
 *
 * @param onNotice told of every change of state, in order
 * @throws NotifyFifoFailed
 */
export function openNotifyFifo(path: string, onNotice: (notice: VrrpNotice) => void): NotifyFifo {
  const socket = new Socket({ fd: openFifo(path), readable: true, writable: false });
  let rest = "";
  socket.setEncoding("latin1");
  socket.on("data", (chunk: string) => {
    const readNs = process.hrtime.bigint();
    const lines = (rest + chunk).split("\n");
    rest = (lines.pop() ?? "").slice(0, MAXIMUM_LINE);
    for (const line of lines) {
      const notice = parseNotice(line);
      if (notice !== undefined) onNotice({ ...notice, readNs });
    }
  });
  // Reading a fifo that we hold open does not fail; and if it did, the balancer still serves.
  socket.on("error", () => socket.destroy());
  return { close: () => void socket.destroy() };
}

/**
 * Keeps the fifo open without reading it: what keepalived writes waits for whoever reads next.
 *
 * @throws NotifyFifoFailed
 */
export function holdNotifyFifo(path: string): NotifyFifo {
  const fd = openFifo(path);
  return { close: () => closeSync(fd) };
}

function openFifo(path: string): number {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  } catch (cause) {
    throw new NotifyFifoFailed(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (fstatSync(fd).isFIFO()) return fd;
  closeSync(fd);
  throw new NotifyFifoFailed(path, "it is not a fifo");
}
