import { PassThrough } from "node:stream";
import type Docker from "dockerode";
import { expect, test, vi } from "vitest";
import { ContainerTelling } from "../../../../chaos/environment/docker/container-telling.ts";
import { Engine } from "../../../../chaos/environment/docker/engine.ts";
import { eventLines } from "../../../../chaos/environment/event-lines.ts";
import { piece } from "./piece.ts";

const LONG_AGO = "2001-01-01T00:00:00Z";

/** What a node writes of an event. */
function eventLine(type: "node.ready" | "vrrp.advert", monotonicNs?: bigint): string {
  const lines: string[] = [];
  eventLines("app-1", "agent", (line) => lines.push(line.trimEnd()))(type, {}, monotonicNs);
  return lines.join();
}

/** A container that has written some lines, and goes on through `stream`. */
function telling(...past: readonly string[]) {
  const written = piece("stdout", past.map((line) => `${line}\n`).join(""));
  const stream = new PassThrough();
  const container = {
    logs: ({ follow }: { readonly follow: boolean }) => {
      if (!follow) return Promise.resolve(written);
      // The engine tells from the start what is followed.
      stream.write(written);
      return Promise.resolve(stream);
    },
  };
  // Nothing else is asked of it.
  const engine = new Engine({ getContainer: () => container } as unknown as Docker);
  const took: string[] = [];
  const ends: (() => boolean)[] = [];
  const subject = new ContainerTelling(engine, "abc", {
    take: (line) => took.push(line),
    onEnd: (isPresent) => ends.push(isPresent),
  });
  return { subject, took, ends, stream };
}

test("events of the present life are told together, other lines one by one, and periodic ones left out", async () => {
  const { subject, took } = telling(
    eventLine("node.ready"),
    "plain words",
    eventLine("vrrp.advert"),
  );
  const events = await subject.join(LONG_AGO);
  expect(events.map(({ type }) => type)).toEqual(["node.ready"]);
  expect(took).toEqual(["plain words"]);
});

test("events that were told before the present life began are none of it", async () => {
  const { subject } = telling(eventLine("node.ready", 1n));
  expect(await subject.join(new Date().toISOString())).toEqual([]);
});

test("what follows is heard once, also when nobody listened in between", async () => {
  const { subject, took, stream } = telling("plain words");
  await subject.join(LONG_AGO);
  stream.write(piece("stdout", ""));
  await subject.listen();
  stream.write(piece("stdout", "more words\n"));
  await vi.waitFor(() => expect(took).toEqual(["plain words", "more words"]));
});

test("the end of the present life is told, and whether it still is the present one", async () => {
  const { subject, ends, stream } = telling();
  await subject.join(LONG_AGO);
  await subject.listen();
  stream.end();
  await vi.waitFor(() => expect(ends).toHaveLength(1));
  expect(ends[0]?.()).toBe(true);
  subject.renew();
  expect(ends[0]?.()).toBe(false);
});

test("the end of an earlier life is told to nobody", async () => {
  const { subject, ends, stream } = telling();
  await subject.join(LONG_AGO);
  await subject.listen();
  subject.renew();
  const closed = new Promise((resolve) => stream.once("close", resolve));
  stream.end();
  await closed;
  await new Promise(setImmediate);
  expect(ends).toEqual([]);
});

test.each([
  ["after it was listened to", true],
  ["before that", false],
])("nothing is kept open when it is closed %s", async (_, listened) => {
  const { subject, stream } = telling();
  await subject.join(LONG_AGO);
  if (listened) await subject.listen();
  subject.close();
  if (!listened) await subject.listen();
  expect(stream.destroyed).toBe(true);
});
