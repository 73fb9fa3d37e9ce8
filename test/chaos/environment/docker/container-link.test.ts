import { expect, test } from "vitest";
import { ContainerLink } from "../../../../chaos/environment/docker/container-link.ts";
import type { HandAction } from "../../../../chaos/environment/docker/hand/protocol.ts";

const MOMENT = { monotonicNs: 7n, uncertaintyNs: 1n };

/** A hand that writes down what it is asked, and finds one port after another. */
function handOf() {
  const asked: [HandAction, bigint | undefined][] = [];
  let ports = 0;
  return {
    asked,
    ask: (action: HandAction) => {
      asked.push([action, undefined]);
      ports += 1;
      return Promise.resolve({ fromNs: 6n, toNs: 8n, findings: { port: `veth${ports}` } });
    },
    act: (action: HandAction, atNs?: bigint) => {
      asked.push([action, atNs]);
      return Promise.resolve(MOMENT);
    },
  };
}

test("a link is cut at the given time, and mended at once", async () => {
  const hand = handOf();
  const link = new ContainerLink(hand);
  expect(await link.set(42, false, 1_000n)).toBe(MOMENT);
  expect(await link.set(42, true)).toBe(MOMENT);
  expect(hand.asked).toEqual([
    [{ kind: "find-port", init: 42 }, undefined],
    [{ kind: "set-link", port: "veth1", connected: false }, 1_000n],
    [{ kind: "set-link", port: "veth1", connected: true }, undefined],
  ]);
});

test("its port is looked for once in a life, however many ask at the same time", async () => {
  const hand = handOf();
  const link = new ContainerLink(hand);
  expect(await Promise.all([link.port(42), link.port(42)])).toEqual(["veth1", "veth1"]);
  expect(hand.asked).toHaveLength(1);
});

test("another life has another port, also when its first process has the same number", async () => {
  const link = new ContainerLink(handOf());
  expect(await link.port(42)).toBe("veth1");
  expect(await link.port(43)).toBe("veth2");
  link.renew();
  expect(await link.port(43)).toBe("veth3");
});
