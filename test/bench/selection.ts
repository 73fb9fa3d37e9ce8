import { createPolicy } from "../../balancer/selection/create-policy.ts";
import { POLICY_NAMES, type PolicyName } from "../../balancer/selection/policy-names.ts";
import { Selector, type Selectable } from "../../balancer/selection/selector.ts";
import { seeded } from "../balancer/selection/policy-contract.ts";

/**
 * What a pick costs, and how long a changed membership holds up the event loop. Prints medians and
 * the spread over runs; judges nothing, because machines differ.
 */

const SIZES = [1_000, 10_000] as const;
const RUNS = 11;
const PICKS = 40_000;
const KEYS = 8_192;
/** One in ten is down; one in a hundred is in its slow start. */
const DOWN_EVERY = 10;
const RAMPING_EVERY = 100;

interface Member extends Selectable {
  inFlight: number;
  pickable: boolean;
}

/** Keys of 32 bytes; each is a string of its own, as those of requests are. */
const keys = Array.from({ length: KEYS }, (_, index) =>
  Buffer.from(`session-${String(index * 7_919).padStart(24, "0")}`).toString("latin1"),
);

function membersOf(count: number): Member[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `backend-${index}`,
    authority: `198.18.${index >> 8}.${index & 255}:8080`,
    weight: 1 + (index % 3),
    inFlight: 0,
    pickable: true,
  }));
}

/** A selector under way: some are down, some came back a moment ago. */
function selectorOf(name: PolicyName, members: Member[]): Selector<Member> {
  const selector = new Selector<Member>(createPolicy(name), {
    random: seeded(1),
    slowStart: { windowMs: 3_600_000, aggression: 1, minimumWeight: 0.1 },
    hotKeys: { share: 0.25, windowMs: 10_000 },
  });
  selector.update(members, 0);
  while (selector.advance());
  members.forEach((member, index) => {
    if (index % DOWN_EVERY !== 0 && index % RAMPING_EVERY !== 1) return;
    member.pickable = false;
    selector.changed(member, 0);
    if (index % RAMPING_EVERY !== 1) return;
    member.pickable = true;
    selector.changed(member, 0);
  });
  return selector;
}

/** Median of nanoseconds a pick, and of nanoseconds a pick with its start, result and end. */
function costs(name: PolicyName, count: number): [number[], number[]] {
  const selector = selectorOf(name, membersOf(count));
  const running: Member[] = [];
  const picks: number[] = [];
  const requests: number[] = [];
  let now = 1;
  for (let run = -3; run < RUNS; run += 1) {
    let beganAt = cpuNs();
    for (let pick = 0; pick < PICKS; pick += 1) {
      now += 0.01;
      selector.pick({ now, key: keys[pick % KEYS] });
    }
    const pickNs = (cpuNs() - beganAt) / PICKS;
    beganAt = cpuNs();
    for (let pick = 0; pick < PICKS; pick += 1) {
      now += 0.01;
      const member = selector.pick({ now, key: keys[pick % KEYS] });
      if (member === undefined) continue;
      member.inFlight += 1;
      selector.started(member, now);
      running.push(member);
      const done = running.length > count ? running[pick % count] : undefined;
      if (done === undefined) continue;
      running[pick % count] = running.pop() ?? done;
      selector.observed(done, pick % 50 === 0 ? "failed" : "answered", 1 + (pick % 13), now);
      done.inFlight -= 1;
      selector.ended(done, now);
    }
    const requestNs = (cpuNs() - beganAt) / PICKS;
    if (run < 0) continue;
    picks.push(pickNs);
    requests.push(requestNs);
  }
  return [picks, requests];
}

/**
 * Milliseconds of the change itself, and of the longest slice after it. Every run does the same
 * slices: the least of each is what it takes, and the rest is what others do on the machine.
 */
function blocking(name: PolicyName, count: number): [number[], number] {
  const changes: number[] = [];
  const slices: number[] = [];
  const policy = createPolicy(name);
  for (let run = -2; run < RUNS; run += 1) {
    const members = membersOf(count);
    let beganAt = performance.now();
    policy.update(members);
    if (run >= 0) changes.push(performance.now() - beganAt);
    let slice = 0;
    for (let more = true; more; slice += 1) {
      beganAt = performance.now();
      more = policy.advance?.() ?? false;
      slices[slice] = Math.min(slices[slice] ?? Infinity, performance.now() - beganAt);
    }
  }
  return [changes, Math.max(...slices)];
}

/** CPU time of this thread: what others do on the machine counts little. */
function cpuNs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) * 1_000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function shown(values: readonly number[], digits: number): string {
  return `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;
}

console.log(`Node ${process.version}. Medians of ${RUNS} runs, least and most in brackets.`);
console.log("One in ten backends is down, one in a hundred is in its slow start.\n");
const wanted = process.argv.slice(2);
for (const count of SIZES) {
  console.log(`${count} backends`);
  console.log(
    `${"policy".padEnd(28)}${"pick, ns".padEnd(24)}${"pick and feedback, ns".padEnd(26)}${"change, ms".padEnd(24)}longest slice, ms`,
  );
  for (const name of POLICY_NAMES) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const [picks, requests] = costs(name, count);
    const [changes, longest] = blocking(name, count);
    console.log(
      `${name.padEnd(28)}${shown(picks, 0).padEnd(24)}${shown(requests, 0).padEnd(26)}${shown(changes, 2).padEnd(24)}${longest.toFixed(2)}`,
    );
  }
  console.log();
}
