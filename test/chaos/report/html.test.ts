import { describe, expect, it } from "vitest";
import { renderHtml } from "../../../chaos/report/html.ts";
import type { LoadedRun } from "../../../chaos/report/run-folder.ts";
import { runWithLoads } from "./html/loads-fixture.ts";
import { abortedRun, FIXTURES, passingRun, spoiltRun } from "./fixture.ts";
import { auditNumbers } from "./numbers-in-html.ts";

const HOSTILE = `</title><script>alert("1")</script><img src=x onerror='alert(2)'>&amp;" onload="x 3`;

/** Every string of a value that is somebody's own words, replaced. */
function withHostileWords(run: LoadedRun): LoadedRun {
  const worded = new Set([
    "sentence",
    "controlWithout",
    "command",
    "title",
    "message",
    "bound",
    "because",
    "source",
    "evidence",
    "reason",
    "seenBy",
    "target",
    "kernel",
    "cpuModel",
    "mac",
    "commit",
    "statistic",
  ]);
  const replace = (value: unknown, key: string): unknown => {
    if (typeof value === "string") return worded.has(key) ? HOSTILE : value;
    if (Array.isArray(value)) {
      return value.map((one) => (key === "reasons" ? HOSTILE : replace(one, key)));
    }
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, replace(one, name)]),
    );
  };
  const record = replace({ ...run.record, topology: null }, "") as LoadedRun["record"];
  const named = {
    ...record,
    topology: run.record.topology,
    fingerprint: { ...record.fingerprint, programs: { [HOSTILE]: HOSTILE } },
  };
  return { ...run, record: named, events: replace(run.events, "") as LoadedRun["events"] };
}

describe("numbers of the HTML report", () => {
  it.each(Object.keys(FIXTURES))("all resolve into the record: %s", (name) => {
    const run = FIXTURES[name]?.();
    if (run === undefined) throw new Error(`no fixture ${name}`);
    const { checked, problems } = auditNumbers(renderHtml(run), run);
    expect(problems).toEqual([]);
    expect(checked).toBeGreaterThan(run.record.trials.length * 90 + 40);
  });

  it("all resolve into the record when there are several loads", () => {
    const run = runWithLoads();
    const { checked, problems } = auditNumbers(renderHtml(run), run);
    expect(problems).toEqual([]);
    const { checked: withoutLoads } = auditNumbers(
      renderHtml(passingRun(42, 4)),
      passingRun(42, 4),
    );
    expect(checked).toBeGreaterThan(withoutLoads + 90);
  });

  it("are found out when one is altered", () => {
    const run = passingRun(42, 4);
    const html = renderHtml(run);
    const numbers = [...html.matchAll(/data-as="(?!text|none)[^"]+">([^<]*\d)/g)];
    expect(numbers.length).toBeGreaterThan(500);
    for (let index = 0; index < numbers.length; index += 97) {
      const match = numbers[index];
      if (match === undefined) continue;
      // The first digit of the shown number: in the last one a change may be within rounding.
      const first = match.index + match[0].indexOf(">") + 1 + (match[1] ?? "").search(/\d/);
      const altered =
        html.slice(0, first) + ((Number(html[first]) + 3) % 10) + html.slice(first + 1);
      expect(auditNumbers(altered, run).problems).toHaveLength(1);
    }
  });

  it("are found out when one lacks its source or has that of another", () => {
    const run = passingRun();
    const html = renderHtml(run);
    const sourceless = html.replace(/ data-ref="\/outage\/median" data-as="ms"/, "");
    expect(auditNumbers(sourceless, run).problems).toEqual(['"261.4\u00a0ms" has no source']);
    const swapped = html.replace('data-ref="/outage/min"', 'data-ref="/outage/max"');
    expect(auditNumbers(swapped, run).problems).toHaveLength(1);
    const stated = html.replace(/data-ref="\/outage\/median" data-as="ms"/, "data-static");
    expect(auditNumbers(stated, run).problems).toHaveLength(1);
  });

  it("follow the record when it changes", () => {
    const run = passingRun();
    const html = renderHtml(run);
    const [first, ...others] = run.record.trials;
    if (first === undefined) throw new Error("the fixture has no trial");
    const trials = [{ ...first, outage: { value: 1234.5 } }, ...others];
    const changed = { ...run, record: { ...run.record, trials } };
    expect(auditNumbers(html, changed).problems.length).toBeGreaterThan(0);
    expect(auditNumbers(renderHtml(changed), changed).problems).toEqual([]);
  });
});

describe("the HTML report", () => {
  it.each(Object.keys(FIXTURES))("escapes whatever the record says: %s", (name) => {
    const run = FIXTURES[name]?.();
    if (run === undefined) throw new Error(`no fixture ${name}`);
    const hostile = withHostileWords(run);
    const html = renderHtml(hostile);
    expect(html.includes("&lt;script&gt;alert(&quot;1&quot;)")).toBe(true);
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html.includes("<img")).toBe(false);
    const { problems, attributes } = auditNumbers(html, hostile);
    expect(problems).toEqual([]);
    expect([...attributes].filter((name) => name.startsWith("on"))).toEqual([]);
    expect(attributes.has("data-ref")).toBe(true);
  });

  it("is one file that asks for nothing else", () => {
    const html = renderHtml(passingRun());
    expect(/\s(src|srcset|xlink:href|action)=|<link|@import|url\(/.exec(html)?.[0]).toBe(undefined);
    for (const [, target] of html.matchAll(/href="([^"]*)"/g))
      expect(target).toMatch(/^#trial-\d+$/);
  });

  it("has a place for every link that leads into it, and no id twice", () => {
    const html = renderHtml(passingRun());
    const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of html.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(target);
  });

  it("tells which trials the machine spoilt, and links what measures them again", () => {
    const html = renderHtml(spoiltRun());
    const text = html.replace(/<[^>]+>/g, "").replace(/\s+/g, " ");
    expect(text).toContain("10 of 10 trials");
    expect(text).toContain("10 of 10 trials passed.");
    expect(text).toContain("2 measured again");
    expect(text).toMatch(/VALID.*The machine spoilt 2: .* 2 were measured again\./);
    expect(html.match(/measures\s+<a href="#trial-[37]"/g)).toHaveLength(2);
    expect(renderHtml(passingRun())).not.toContain("spoilt");
  });

  it("shows the trial of the median outage first", () => {
    const run = passingRun();
    const sorted = run.record.trials.toSorted(
      (a, b) => (a.outage.value ?? 0) - (b.outage.value ?? 0),
    );
    expect(renderHtml(run)).toContain(`data-first="trial-${sorted[4]?.index}"`);
  });

  it("leaves out the lanes of which nothing was seen", () => {
    const titles = (html: string): string[] => [
      ...new Set(
        [...html.matchAll(/class="lane-name"[^>]*>\s*<b>([^<]+)<\/b>/g)].map(
          ([, title]) => title ?? "",
        ),
      ),
    ];
    expect(titles(renderHtml(passingRun()))).toEqual([
      "Fault",
      "VRRP state",
      "Adverts",
      "Address at",
      "Neighbours",
      "Probes",
      "Phases",
      "Predicted",
    ]);
    expect(titles(renderHtml(fixture("store stalled")))).toEqual([
      "Fault",
      "Checks",
      "Held",
      "Probes",
    ]);
    expect(titles(renderHtml(fixture("backend killed")))).toEqual([
      "Fault",
      "Checks",
      "Probes",
      "Phases",
    ]);
  });

  it("tells of further loads in cards of their own, and nowhere else", () => {
    const [alone, accompanied] = [renderHtml(passingRun(42, 4)), renderHtml(runWithLoads())];
    const trialsIn = (html: string): string[] =>
      html.match(/<section class="trial".*?<\/section>/gs) ?? [];
    expect(trialsIn(accompanied)).toHaveLength(4);
    expect(trialsIn(accompanied)).toEqual(trialsIn(alone));
    expect(cardsOf(accompanied).filter((id) => !cardsOf(alone).includes(id))).toEqual([
      "connections-streams",
      "sessions",
      "loads",
    ]);
  });

  it("says what every load sent and how", () => {
    const html = renderHtml(runWithLoads());
    const text = html.replace(/<[^>]+>/g, "").replace(/\s+/g, " ");
    expect(text).toContain("Load: 200 fresh connections a second to http://198.18.7.100:8080/,");
    expect(text).toContain(
      "streams: 12 connections that are held, opened at 200 a second, on each a line every 50.0 ms",
    );
    expect(text).toContain(
      "users: 40 requests a second of 3 users to http://198.18.7.100:8080/, 198.18.7.101:8080/cart in turns, rising from 5 a second over 400.0 ms",
    );
    expect(text).toContain("what fails in time is sent again, at most 2 times.");
  });

  it("shows no plot that would say nothing", () => {
    expect(cardsOf(renderHtml(passingRun(42, 3)))).toContain("distribution");
    expect(cardsOf(renderHtml(passingRun(42, 2)))).not.toContain("distribution");
    expect(cardsOf(renderHtml(fixture("invalid")))).not.toContain("requests");
    expect(cardsOf(renderHtml(fixture("empty")))).not.toContain("requests");
    const held = passingRun();
    const load = { ...held.record.load, class: "long-lived" } as const;
    const ofHeld = cardsOf(renderHtml({ ...held, record: { ...held.record, load } }));
    expect(ofHeld).not.toContain("requests");
    expect(ofHeld).not.toContain("percentiles");
    expect(cardsOf(renderHtml(held))).toContain("percentiles");
    const { record, events } = passingRun();
    expect(cardsOf(renderHtml({ record, events, probes: [], notes: [] }))).not.toContain(
      "requests",
    );
    const trials = record.trials.map((trial) => ({ ...trial, outage: { value: 0 } }));
    const unhurt = { ...passingRun(), record: { ...record, trials } };
    expect(cardsOf(renderHtml(unhurt))).not.toContain("distribution");
  });

  it("tells the trial shown first and those that did not pass in full when it has to be brief", () => {
    const run = passingRun(9, 60);
    const events = run.events.flatMap((event) => Array.from({ length: 12 }, () => event));
    const trials = run.record.trials.map((trial) =>
      trial.index % 20 === 7 ? { ...trial, verdict: "fail" as const } : trial,
    );
    const long = { ...run, events, record: { ...run.record, trials } };
    const html = renderHtml(long);
    expect(html.length).toBeLessThan(5_000_000);
    const first = /data-first="trial-(\d+)"/.exec(html)?.[1];
    const sections = new Map(
      [...html.matchAll(/<section class="trial" id="trial-(\d+)">.*?<\/section>/gs)].map(
        ([section, index]) => [index, section],
      ),
    );
    expect(sections.size).toBe(60);
    const isFull = (section: string | undefined): boolean => section?.includes(">event<") ?? false;
    for (const index of [first, "7", "27", "47"]) expect(isFull(sections.get(index))).toBe(true);
    const brief = [...sections.values()].filter((section) => !isFull(section));
    expect(brief.length).toBeGreaterThan(5);
    for (const section of brief) expect(section).toContain("Its events are in events.ndjson");
  });

  it("counts the trials without a phase instead of plotting them", () => {
    const html = renderHtml(passingRun());
    const dots = html.match(/<a\s+class="dot"/g) ?? [];
    // Nine of ten, once for a wide and once for a narrow screen.
    expect(dots).toHaveLength(18);
    expect(html.replace(/<[^>]+>/g, "").replace(/\s+/g, " ")).toContain("are not plotted: 1 of 10");
  });

  it("of a run that has not ended judges nothing", () => {
    const run = abortedRun();
    const record = { ...run.record, status: "running", verdict: null, objectives: [] } as const;
    const running = { ...run, record: { ...record, outage: null, phaseFit: null } };
    const html = renderHtml(running);
    expect(auditNumbers(html, running).problems).toEqual([]);
    const text = html.replace(/<style>.*<\/style>/s, "").replace(/<[^>]+>/g, "");
    expect(text).toContain("The run has not ended, so it is not judged.");
    expect(text).toContain("No objective has been judged.");
  });

  it("says what a control is for", () => {
    const text = renderHtml(fixture("failed control")).replace(/<[^>]+>/g, "");
    expect(text).toContain("control: without keepalived");
    expect(text).toContain("it has to fail");
  });

  it("of a hundred trials takes less than five seconds and five megabytes", () => {
    const run = passingRun(9, 100);
    // What this thread works, whatever else runs on the machine.
    const before = process.threadCpuUsage();
    const html = renderHtml(run);
    const { user, system } = process.threadCpuUsage(before);
    const tookMs = (user + system) / 1000;
    expect(tookMs).toBeLessThan(5000);
    expect(tookMs).toBeGreaterThan(1);
    expect(html.length).toBeLessThan(5_000_000);
    expect(html.length).toBeGreaterThan(500_000);
  });
});

function cardsOf(html: string): string[] {
  return [...html.matchAll(/<section class="card[^"]*" id="([^"]+)"/g)].map(([, id]) => id ?? "");
}

function fixture(name: string): LoadedRun {
  const make = FIXTURES[name];
  if (make === undefined) throw new Error(`no fixture ${name}`);
  return make();
}
