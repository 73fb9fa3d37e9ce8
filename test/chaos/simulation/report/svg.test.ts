import { expect, test } from "vitest";
import { renderSvg } from "../../../../chaos/simulation/report/svg.ts";
import { comparisonOf, comparisonWithOneBadRun } from "./fixture.ts";

// So many that each window of time has enough for a percentile.
const svg = renderSvg(comparisonOf({ requests: 8_000 }));

test("is well-formed: every element is closed in order, and text is escaped", () => {
  const open: string[] = [];
  for (const [, end, name, own] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
    if (end === "/") expect(open.pop()).toBe(name);
    else if (own !== "/") open.push(name ?? "");
  }
  expect(open).toEqual([]);
  expect(svg).toContain("One of four backends &lt;fails&gt;, others work.");
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
});

test("has a curve a policy in each panel: waiting, failures and waiting over time", () => {
  expect(titlesOf(svg)).toEqual([
    "How long clients waited",
    "Share of requests that failed",
    "99th percentile of waiting",
  ]);
  expect(svg.match(/class="curve"/g)).toHaveLength(2 * 3);
  for (const name of ["round-robin", "least-connections"]) {
    expect(svg.match(new RegExp(`>${name}</text`, "g"))).toHaveLength(3);
  }
});

test("leaves out panels that would show nothing", () => {
  expect(titlesOf(renderSvg(comparisonOf({ changes: [] })))).toEqual(["How long clients waited"]);
});

test("failures of fewer than half of the runs have their panel too", () => {
  expect(titlesOf(renderSvg(comparisonWithOneBadRun()))).toEqual([
    "How long clients waited",
    "Share of requests that failed",
  ]);
});

test("a comparison with nothing to show is a file without panels", () => {
  const comparison = comparisonOf({ changes: [], requests: 10 });
  const policies = comparison.policies.map((summary) => ({ ...summary, runs: [] }));
  const drawn = renderSvg({ ...comparison, policies });
  expect(titlesOf(drawn)).toEqual([]);
  expect(drawn).not.toMatch(/NaN|Infinity|undefined/);
});

test("nine policies stay apart: by hue, then by dashes, and their names do not cover each other", () => {
  const policies = [
    ...["round-robin", "random", "least-connections", "peak-ewma", "power-of-two-choices"],
    ...["first", "rendezvous", "weighted-random", "ring-hash"],
  ];
  const drawn = renderSvg(comparisonOf({ changes: [] }, policies, 1));
  const looks = [...drawn.matchAll(/<g class="(hue-\d)"[^]*?stroke-dasharray="([^"]*)"/g)].map(
    ([, hue, dash]) => `${hue} ${dash}`,
  );
  expect(new Set(looks).size).toBe(9);
  const heights = [...drawn.matchAll(/<g class="hue[^]*?<text x="[\d.]+" y="([\d.]+)"/g)]
    .map(([, y]) => Number(y))
    .sort((a, b) => a - b);
  expect(heights).toHaveLength(9);
  heights.slice(1).forEach((y, index) => expect(y - (heights[index] ?? 0)).toBeGreaterThan(15));
});

test("needs no network and knows light and dark", () => {
  expect(svg.match(/https?:\/\/[^"]+/g)).toEqual(["http://www.w3.org/2000/svg"]);
  expect(svg).toContain("prefers-color-scheme: dark");
});

function titlesOf(text: string): string[] {
  return [...text.matchAll(/class="title"[^>]*>([^<]*)</g)].map(([, title = ""]) => title);
}
