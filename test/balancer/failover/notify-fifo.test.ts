import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  NotifyFifoFailed,
  openNotifyFifo,
  parseNotice,
  type VrrpNotice,
} from "../../../balancer/failover/notify-fifo.ts";

describe("a line", () => {
  test.each([
    ['INSTANCE "VI_1" MASTER 250', { instance: "VI_1", state: "master", priority: 250 }],
    ['INSTANCE "VI_1" BACKUP 240', { instance: "VI_1", state: "backup", priority: 240 }],
    ['INSTANCE "a b" FAULT 0', { instance: "a b", state: "fault", priority: 0 }],
    ['INSTANCE "VI_1" STOP 250', { instance: "VI_1", state: "stop", priority: 250 }],
    ['INSTANCE "VI_1" MASTER_RX_LOWER_PRI 250', undefined],
    ['GROUP "G" MASTER 250', undefined],
    ["INSTANCE VI_1 MASTER 250", undefined],
    ['INSTANCE "VI_1" MASTER', undefined],
    ["", undefined],
  ])("%j is read", (line, expected) => {
    expect(parseNotice(line)).toEqual(expected);
  });
});

describe("a real fifo", () => {
  let directory = "";
  let path = "";
  let close: (() => void) | undefined;
  const notices: VrrpNotice[] = [];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "evenkeel-fifo-"));
    path = join(directory, "vrrp.fifo");
    execFileSync("mkfifo", [path]);
    notices.length = 0;
  });
  afterEach(() => {
    close?.();
    rmSync(directory, { recursive: true, force: true });
  });

  const open = () => {
    close = openNotifyFifo(path, (notice) => notices.push(notice)).close;
  };
  const states = () => notices.map((notice) => notice.state).join(" ");

  test("is read in order, whoever writes, and however often writers come and go", async () => {
    open();
    appendFileSync(path, 'INSTANCE "VI_1" FAULT 250\nINSTANCE "VI_1" BACKUP 250\n');
    await vi.waitUntil(() => notices.length === 2);
    appendFileSync(path, 'INSTANCE "VI_1" MASTER 250\n');
    await vi.waitUntil(() => notices.length === 3);
    expect(states()).toBe("fault backup master");
  });

  test("a line that comes in pieces is one line", async () => {
    open();
    appendFileSync(path, 'INSTANCE "VI_1" MA');
    appendFileSync(path, "STER 250\n");
    await vi.waitUntil(() => notices.length === 1);
    expect(states()).toBe("master");
  });

  test("lines about anything else are passed over", async () => {
    open();
    appendFileSync(path, 'nonsense\nGROUP "G" FAULT 1\nINSTANCE "VI_1" STOP 250\n');
    await vi.waitUntil(() => notices.length > 0);
    expect(states()).toBe("stop");
  });

  test("the stamp is of the moment of reading", async () => {
    open();
    const before = process.hrtime.bigint();
    appendFileSync(path, 'INSTANCE "VI_1" MASTER 250\n');
    await vi.waitUntil(() => notices.length === 1);
    expect(notices[0]?.readNs).toBeGreaterThan(before);
    expect(notices[0]?.readNs).toBeLessThan(process.hrtime.bigint());
  });

  test("one that is missing is refused with the next step", () => {
    rmSync(path);
    expect(open).toThrow(NotifyFifoFailed);
    expect(open).toThrow(/mkfifo/);
  });

  test("a file that is no fifo is refused", () => {
    rmSync(path);
    writeFileSync(path, "");
    expect(open).toThrow(/is not a fifo/);
  });
});
