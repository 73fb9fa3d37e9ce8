import { DARK, LIGHT } from "./palette.ts";
import { PLOT_RULES } from "./plot-rules.ts";
import { TOPOLOGY_RULES } from "../topology/style.ts";

/**
 * The report's style: system fonts, tabular figures.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
${LIGHT}
}
@media (prefers-color-scheme: dark) {
  :root {
${DARK}
  }
}
* { box-sizing: border-box; }
html { background: var(--bg); scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
body { margin: 0; color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; font-variant-numeric: tabular-nums; }
main, header.page { max-width: 1180px; margin: 0 auto; padding: 0 32px; }
header.page { padding-top: 36px; }
a { color: var(--measured); text-decoration-thickness: 1px; text-underline-offset: 2px; }
a:focus-visible, .scroll:focus-visible, summary:focus-visible { outline: 2px solid var(--measured); outline-offset: 2px; border-radius: 3px; }
h1 { font-size: 29px; line-height: 1.25; letter-spacing: -0.012em; font-weight: 640; margin: 14px 0 12px; max-width: 36em; text-wrap: pretty; overflow-wrap: anywhere; }
h2 { font-size: 19px; font-weight: 640; letter-spacing: -0.005em; margin: 0 0 4px; }
h3 { font-size: 15px; font-weight: 640; margin: 18px 0 4px; display: flex; gap: 10px; align-items: center; }
p { margin: 0 0 10px; }
.run { color: var(--ink-2); font-size: 13.5px; margin: 0; display: flex; flex-wrap: wrap; gap: 2px 18px; overflow-wrap: anywhere; }
.badge { display: inline-flex; align-items: center; gap: 9px; border-radius: 999px; padding: 5px 16px 5px 13px; font-weight: 680; font-size: 15px; letter-spacing: 0.02em; color: var(--on-strong); text-transform: uppercase; }
.badge.v-pass { background: var(--good); } .badge.v-fail, .badge.v-heal-failed { background: var(--bad); }
.badge.v-inconclusive, .badge.v-invalid { background: var(--warn); } .badge.v-aborted, .badge.v-none { background: var(--quiet-ink); }
.control { margin-left: 12px; font-weight: 560; color: var(--ink-2); }
.lead { font-size: 17px; color: var(--ink-2); max-width: 62em; margin-bottom: 10px; }
.reasons { margin: 0 0 12px; padding: 0; list-style: none; }
.reasons li { border-left: 3px solid var(--bad); padding: 2px 0 2px 12px; margin: 4px 0; overflow-wrap: anywhere; }
.note { border-left: 3px solid var(--rule); padding: 2px 0 2px 12px; color: var(--ink-2); margin: 8px 0; overflow-wrap: anywhere; }
.card { background: var(--surface); border: 1px solid var(--rule); border-radius: 12px; padding: 24px 28px; margin: 20px 0; }
.hero { display: grid; grid-template-columns: minmax(230px, 300px) 1fr; gap: 8px 40px; align-items: center; }
.big { font-size: 52px; line-height: 1.05; font-weight: 660; letter-spacing: -0.025em; color: var(--measured); white-space: nowrap; }
.big.none { color: var(--ink-3); font-size: 40px; } .big-label { color: var(--ink-2); margin: 6px 0 0; } .big-label + .big-label { margin-top: 1px; } .big-label b { color: var(--ink); font-weight: 620; } .big-label.predicted { color: var(--window-line); }
.claim { grid-column: 1 / -1; margin: 8px 0 0; color: var(--ink-2); border-top: 1px solid var(--grid); padding-top: 14px; }
.caption { color: var(--ink-2); font-size: 13.5px; max-width: 74em; margin: 2px 0 12px; }
.two { display: grid; grid-template-columns: 1fr 1fr; gap: 20px; } .two > .card { margin: 0; min-width: 0; } .two { margin: 20px 0; } .two > div { display: flex; flex-direction: column; gap: 20px; min-width: 0; } .two > div > .card { margin: 0; } .two > div > .card:last-child { flex: 1; }
.narrow { display: none; }
svg { display: block; max-width: 100%; height: auto; font: 12px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; font-variant-numeric: tabular-nums; overflow: visible; }
svg text { fill: var(--ink); } svg .strong { font-weight: 640; }
.axis text { fill: var(--ink-3); font-size: 11.5px; } .axis line { stroke: var(--grid); }
.scroll { overflow-x: auto; }
.window { fill: var(--window); stroke: var(--window-line); stroke-width: 1; }
.window-shade { fill: var(--window-shade); opacity: 0.75; }
.window-mean { stroke: var(--window-line); stroke-width: 2; fill: none; }
.pred, .pred text, .window-label { fill: var(--window-line) !important; }
.range-line { stroke: var(--measured); stroke-width: 2; }
.trial-dot { fill: var(--measured); fill-opacity: 0.55; stroke: var(--surface); stroke-width: 0.75; }
.median-tick { stroke: var(--measured); stroke-width: 3.5; stroke-linecap: round; }
.meas, .meas text { fill: var(--measured) !important; }
.bound { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 4 3; fill: none; } .bound-label, .bound-label text { fill: var(--ink-2); font-size: 11.5px; }
.not-passed { stroke: var(--bad); stroke-width: 2.2; fill: none; stroke-linecap: round; }
.whisker { stroke: var(--ink); stroke-width: 1.3; fill: none; opacity: 0.75; }
.bar.total { fill: var(--measured-soft); stroke: var(--measured); } .connector { stroke: var(--rule); stroke-dasharray: 2 2; }
.row-name { font-size: 13px; } .row-value { font-size: 12.5px; fill: var(--ink-2); } .row-value .strong { fill: var(--ink); }
.window-band { fill: var(--window); opacity: 0.6; } .theory { stroke: var(--window-line); stroke-width: 1.8; fill: none; }
.fit { stroke: var(--measured); stroke-width: 1.6; stroke-dasharray: 6 4; fill: none; }
.dot circle:first-child { fill: var(--measured); fill-opacity: 0.85; stroke: var(--surface); stroke-width: 1.2; } .dot .hit { fill: transparent; }
.dot .tip { opacity: 0; font-weight: 600; } .dot:hover .tip, .dot:focus .tip { opacity: 1; } .dot:hover circle:first-child, .dot:focus circle:first-child { stroke: var(--ink); stroke-width: 2; } .dot { outline: none; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; font-size: 13px; color: var(--ink-2); padding: 0; margin: 4px 0 8px; list-style: none; }
.legend i { display: inline-block; width: 22px; height: 10px; margin-right: 7px; vertical-align: middle; }
.legend .l-theory { background: var(--window); border-top: 2px solid var(--window-line); border-bottom: 0; height: 9px; }
.legend .l-fit { border-top: 2px dashed var(--measured); height: 0; } .legend .l-dot { width: 10px; border-radius: 50%; background: var(--measured); }
.legend .l-cross { width: auto; height: auto; color: var(--bad); font-style: normal; font-weight: 700; margin-right: 6px; }
.switcher { display: flex; flex-wrap: wrap; gap: 6px; margin: 10px 0 4px; padding: 0; list-style: none; }
.switcher a { display: inline-flex; gap: 5px; min-width: 38px; justify-content: center; padding: 3px 9px; border: 1px solid var(--rule); border-radius: 7px; text-decoration: none; color: var(--ink); font-size: 13.5px; }
.switcher a:hover { border-color: var(--ink-3); } .switcher a[aria-current] { background: var(--ink); border-color: var(--ink); color: var(--surface); }
.switcher .bad { color: var(--bad); font-weight: 700; } .switcher a[aria-current] .bad { color: inherit; }
.facts { display: flex; flex-wrap: wrap; gap: 2px 26px; color: var(--ink-2); margin: 0 0 10px; } .facts b { color: var(--ink); font-weight: 640; }
.lanes { display: grid; grid-template-columns: 190px auto; justify-content: start; position: relative; padding-bottom: 4px; }
.lanes svg { max-width: none; height: auto; overflow: hidden; }
.lane-names { position: sticky; left: 0; background: var(--surface); z-index: 1; font-size: 12.5px; line-height: 1.15; }
.lane-name { position: absolute; left: 0; right: 12px; display: flex; gap: 8px; justify-content: space-between; align-items: center; white-space: nowrap; }
.lane-name b { font-weight: 620; } .lane-name > span { color: var(--ink-2); overflow: hidden; text-overflow: ellipsis; } .axis-name > span { color: var(--ink-3); font-size: 11.5px; }
.lane-rule { stroke: var(--grid); } .fault-shade { fill: var(--bad-shade); }
.timeline .axis line { stroke: var(--rule); stroke-opacity: 0.55; }
.flag { font-size: 11.5px; paint-order: stroke; stroke: var(--surface); stroke-width: 4px; stroke-linejoin: round; } .flag .p { font-weight: 700; }
.flag-line { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 2 3; opacity: 0.7; fill: none; }
.f-injected { stroke: var(--bad); stroke-dasharray: none; stroke-width: 1.5; opacity: 1; } .f-recovered { stroke: var(--good); stroke-dasharray: none; stroke-width: 1.5; opacity: 1; }
.span { stroke-width: 1; } .span-label { font-size: 11.5px; }
.s-fault { fill: var(--bad); } .l-fault { fill: var(--on-strong) !important; font-weight: 600; }
.s-master, .s-owner { fill: var(--measured); } .l-master, .l-owner { fill: var(--on-strong) !important; font-weight: 600; }
.s-backup { fill: var(--surface); stroke: var(--ink-3); } .s-faulty { fill: var(--bad-soft); stroke: var(--bad); } .s-healthy { fill: var(--good-soft); stroke: var(--good); }
.s-mac-even { fill: var(--quiet); stroke: var(--ink-3); } .s-mac-odd { fill: var(--measured-soft); stroke: var(--measured); } .s-held { fill: var(--warn-soft); stroke: var(--warn); }
.s-phase-detection { fill: var(--detection); } .s-phase-decision { fill: var(--decision); } .s-phase-propagation { fill: var(--propagation); } .s-phase-client { fill: var(--client); }
.l-phase-detection, .l-phase-decision, .l-phase-propagation, .l-phase-client { fill: var(--on-strong) !important; font-weight: 600; }
.heights { fill: var(--measured-soft); stroke: var(--measured); }
.ticks { fill: none; stroke-width: 1.2; } .t-advert { stroke: var(--ink); stroke-width: 1.8; } .t-check { stroke: var(--ink-3); } .t-check-failed { stroke: var(--bad); stroke-width: 2; }
.t-probe { stroke-width: 1; }
.o-ok { stroke: var(--good); background: var(--good); } .o-timeout { stroke: var(--timeout); background: var(--timeout); } .o-refused { stroke: var(--refused); background: var(--refused); }
.o-reset { stroke: var(--reset); background: var(--reset); } .o-eof { stroke: var(--eof); background: var(--eof); } .o-unreachable { stroke: var(--unreachable); background: var(--unreachable); }
.o-http_error { stroke: var(--http); background: var(--http); } .o-wrong_node { stroke: var(--wrong); background: var(--wrong); } .o-corrupt { stroke: var(--corrupt); background: var(--corrupt); }
th:has(> .key) { white-space: nowrap; } .key { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 8px; }
.window-label { font-size: 11.5px; paint-order: stroke; stroke: var(--bad-shade); stroke-width: 4px; stroke-linejoin: round; }
${TOPOLOGY_RULES}${PLOT_RULES}
table { border-collapse: collapse; font-size: 13.5px; min-width: 100%; margin: 4px 0 12px; }
th, td { text-align: left; padding: 6px 14px 6px 0; border-bottom: 1px solid var(--grid); vertical-align: top; font-weight: 400; }
thead th { color: var(--ink-2); font-size: 12.5px; border-bottom-color: var(--rule); vertical-align: bottom; white-space: nowrap; } thead th.g { border-bottom: 0; text-align: center; color: var(--ink-3); }
th.n, td.n { text-align: right; white-space: nowrap; } td.strong, .sum th, .sum td { font-weight: 640; } .nowrap { white-space: nowrap; }
.objectives tbody th { font-weight: 560; min-width: 190px; } .message { color: var(--ink-2); font-size: 12.5px; font-weight: 400; } .pairs td { overflow-wrap: anywhere; } .pairs th { color: var(--ink-2); width: 15em; }
.prose { min-width: 13em; } .none { color: var(--ink-3); } td.n .none { white-space: normal; }
.v { font-weight: 600; white-space: nowrap; font-size: 13.5px; } .v-pass { color: var(--good); } .v-fail, .v-heal-failed { color: var(--bad); } .v-invalid, .v-inconclusive { color: var(--warn); } .v-aborted, .v-none { color: var(--quiet-ink); }
.badge.v { color: var(--on-strong); }
details { margin: 10px 0 0; } summary { cursor: pointer; color: var(--ink-2); font-size: 13.5px; width: fit-content; } details[open] summary { margin-bottom: 10px; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 8px 32px; } .columns > div { min-width: 0; } .columns .tall { max-height: 640px; overflow: auto; }
pre { background: var(--bg); border: 1px solid var(--rule); border-radius: 8px; padding: 12px 16px; overflow-x: auto; font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; margin: 6px 0 10px; }
footer { max-width: 1180px; margin: 0 auto; padding: 4px 32px 48px; color: var(--ink-3); font-size: 13px; }
@media (max-width: 980px) { .two { grid-template-columns: 1fr; } .hero { grid-template-columns: 1fr; } }
@media (max-width: 760px) {
  main, header.page, footer { padding-left: 14px; padding-right: 14px; } header.page { padding-top: 20px; }
  h1 { font-size: 22px; } .lead { font-size: 15.5px; } .big { font-size: 42px; } .card { padding: 16px 14px; border-radius: 10px; margin: 14px 0; } .two { gap: 14px; margin: 14px 0; }
  .wide { display: none; } .narrow { display: block; } .control { display: block; margin: 8px 0 0; }
  .lanes { grid-template-columns: 134px auto; } .lane-name { right: 6px; font-size: 11px; gap: 4px; }
}
@media print {
  :root { --bg: #fff; } body { font-size: 10pt; } .card { break-inside: avoid-page; border-color: #ccc; padding: 14px; } .switcher { display: none; }
  .wide { display: block; } .narrow { display: none; } .two, .hero { grid-template-columns: 1fr; } .lanes { zoom: 0.6; } .scroll, .columns .tall { overflow: visible; max-height: none; }
  table, .message, .v, thead th { font-size: 7.5pt; } .badge.v { font-size: 10pt; } th, td { padding: 3px 6px 3px 0; } thead th { white-space: normal; } .prose, .objectives tbody th { min-width: 0; }
}
`;
