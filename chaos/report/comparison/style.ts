/** What a page of two runs adds to the style of run reports. */
export const PAIR_STYLE = `
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 14px 32px; margin: 6px 0 14px; }
.pair > div { border-left: 3px solid var(--measured); padding: 2px 0 2px 14px; min-width: 0; }
.pair > div:last-child { border-left-color: var(--warn); }
.pair h2 { font-size: 15px; margin: 0 0 6px; display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: center; }
.pair .run { display: block; margin-bottom: 8px; } .pair pre { white-space: pre-wrap; overflow-wrap: anywhere; } .pair > div > :last-child { margin-bottom: 2px; }
.swatch { display: inline-block; width: 11px; height: 11px; border-radius: 50%; margin-right: 7px; vertical-align: -1px; background: var(--measured); }
.swatch.second { background: none; border: 2.5px solid var(--warn); }
.measures td, .measures tbody th { vertical-align: middle; } .measures tbody th { font-weight: 560; min-width: 150px; }
.measures td.plot { padding-right: 18px; width: 290px; } .measures svg { min-width: 220px; }
.measures .message { display: block; }
.in-first { fill: var(--measured); fill-opacity: 0.55; stroke: var(--surface); stroke-width: 0.75; }
.in-second { fill: none; stroke: var(--warn); stroke-width: 1.8; }
.median-first, .median-second { stroke-width: 3.5; stroke-linecap: round; } .median-first { stroke: var(--measured); } .median-second { stroke: var(--warn); }
.strip-rule { stroke: var(--grid); }
.measures td.finding { min-width: 7.5em; padding-right: 0; } .finding { color: var(--ink-2); } .finding-higher, .finding-lower { color: var(--ink); font-weight: 640; }
@media (max-width: 760px) {
  .pair { grid-template-columns: 1fr; }
  .measures, .measures tbody, .measures tr, .measures th, .measures td { display: block; border: 0; padding: 0; text-align: left; }
  .measures thead { display: none; } .measures tr { border-top: 1px solid var(--grid); padding: 12px 0; } .measures tr:first-child { border-top: 0; }
  .measures td { padding: 2px 0; } .measures td.n { text-align: left; white-space: normal; } .measures td.plot { width: auto; padding: 6px 0; } .measures svg { width: 100%; height: auto; }
  .measures td[data-label] { position: relative; padding-left: 7.4em; } .measures td[data-label]::before { content: attr(data-label); position: absolute; left: 0; color: var(--ink-2); font-weight: 400; }
  .measures .message { display: inline; } .measures .message::before { content: " ("; } .measures .message::after { content: ")"; }
}
`;
