/** What the dose-response adds to the style of run reports. */
export const DOSE_RESPONSE_STYLE = `
.curves { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 8px 32px; } .curves h3 { margin: 10px 0 2px; }
.interval-band { fill: var(--measured-soft); opacity: 0.7; } .interval { stroke: var(--measured); stroke-width: 1.6; fill: none; } .measured-line { stroke: var(--measured); stroke-width: 1.6; fill: none; stroke-dasharray: 2 4; }
.dose-dot { fill: var(--measured); stroke: var(--surface); stroke-width: 1.4; } .dose-dot.outside { fill: var(--bad); } .interval.outside { stroke: var(--bad); }
.curve-plot .theory { stroke-width: 2.2; }
.dose-label, .dose-label tspan { font-size: 11.5px; fill: var(--ink-2); }
.legend .l-curve { height: 0; border-top: 2.4px solid var(--window-line); } .legend .l-band { background: var(--measured-soft); border: 1px solid var(--measured); }
.predicted-text, td.predicted-text { color: var(--window-line); } .hurt-text { color: var(--bad); } .left-out td, .left-out th { color: var(--ink-3); } tr.zero td, tr.zero th { border-bottom-color: var(--rule); }
@page { size: A4; margin: 14mm 12mm; }
@media print { h1 { font-size: 17pt; } .lead { font-size: 11pt; } main, header.page, footer { padding: 0; max-width: none; } header.page { padding-top: 0; } .card { margin: 8px 0; border-radius: 6px; } .badge, .interval-band, .dose-dot, .legend i { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`;
