/** What the failover report adds to the style of run reports. */
export const FAILOVER_STYLE = `
.promise { fill: var(--quiet); opacity: 0.75; } .promise-label, .promise-label tspan { fill: var(--ink-2); font-size: 12px; }
.overview a { text-decoration: none; } .overview .row-name { font-size: 13.5px; fill: var(--ink); } .overview a:hover .row-name { text-decoration: underline; }
.hurt-text { color: var(--bad); } .row-rule { stroke: var(--grid); } .endless { stroke: var(--bad); stroke-width: 2.4; fill: none; stroke-linecap: round; stroke-linejoin: round; } .hurt, .hurt tspan { fill: var(--bad) !important; }
.overview .meas { font-size: 12.5px; paint-order: stroke; stroke: var(--surface); stroke-width: 3px; stroke-linejoin: round; }
.legend .l-window { background: var(--window); border: 1px solid var(--window-line); } .legend .l-promise { background: var(--quiet); } .legend .l-median { width: 4px; height: 14px; border-radius: 2px; background: var(--measured); }
.legend .l-endless { width: 22px; height: 0; border-top: 2.4px solid var(--bad); }
.pair { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 500px); gap: 8px 32px; align-items: start; } .pairs th { width: 9.5em; }
.predicted-text, td.predicted-text { color: var(--window-line); } .beside { margin-left: 12px; color: var(--ink-2); } .beside-window { padding-left: 24px; } .left-out td, .left-out th { color: var(--ink-3); }
@media (max-width: 980px) { .pair { grid-template-columns: 1fr; } }
@media (max-width: 760px) { .pairs th { width: 7em; } .beside { display: block; margin: 4px 0 0; } }
@page { size: A4; margin: 14mm 12mm; }
@media print {
  .pair { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); } h1 { font-size: 17pt; } .lead { font-size: 11pt; } main, header.page, footer { padding: 0; max-width: none; } header.page { padding-top: 0; }
  .card { margin: 8px 0; border-radius: 6px; } .badge, .window, .promise, .trial-dot, .legend i { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
