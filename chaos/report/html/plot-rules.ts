/** The style of the plots over all trials. */
export const PLOT_RULES = `
.wide > svg + svg, .narrow > svg + svg { margin-top: 4px; }
.stairs { fill: none; stroke: var(--measured); stroke-width: 2.2; stroke-linejoin: round; }
.ecdf-band { fill: var(--measured-soft); fill-opacity: 0.55; stroke: none; }
.points { fill: none; stroke-width: 3; stroke-linecap: round; } .points.o-ok { stroke-opacity: 0.5; stroke-width: 2.6; }
.quantile { fill: none; stroke: var(--ink); stroke-width: 1.8; stroke-linejoin: round; } .quantile.upper { stroke-dasharray: 5 3; stroke-width: 1.5; }
.quantile-under { fill: none; stroke: var(--surface); stroke-width: 4; stroke-opacity: 0.75; }
.rate { fill: none; stroke-width: 2; } .r-sent { stroke: var(--ink-3); stroke-width: 1.3; stroke-dasharray: 3 3; } .r-ok { stroke: var(--good); } .r-failed { stroke: var(--bad); stroke-width: 2.4; }
.curve { fill: none; stroke-width: 2.2; stroke-linejoin: round; }
.w-before { stroke: var(--ink-3); } .w-during { stroke: var(--bad); stroke-dasharray: 6 3; } .w-after { stroke: var(--good); stroke-width: 3; stroke-opacity: 0.8; }
.c-hurt { stroke: var(--bad); } .c-others { stroke: var(--good); stroke-dasharray: 6 3; }
.heights.as-before { fill: var(--quiet); stroke: var(--ink-3); } .usual { fill: none; stroke: var(--ink-3); stroke-dasharray: 3 3; } .ramp { fill: none; stroke: var(--window-line); stroke-width: 1.8; }
.legend .l-stairs { border-top: 2.5px solid var(--measured); height: 0; } .legend .l-band { background: var(--measured-soft); } .legend .l-window { background: var(--window-shade); border: 1px solid var(--window-line); } .legend .l-bound { border-top: 2px dashed var(--ink); height: 0; }
.legend .l-median { border-top: 2px solid var(--ink); height: 0; } .legend .l-upper { border-top: 2px dashed var(--ink); height: 0; }
.legend .l-rate-sent { border-top: 2px dotted var(--ink-3); height: 0; } .legend .l-rate-ok { border-top: 2px solid var(--good); height: 0; } .legend .l-rate-failed { border-top: 3px solid var(--bad); height: 0; }
.legend .l-when-before { border-top: 2px solid var(--ink-3); height: 0; } .legend .l-when-during { border-top: 2px dashed var(--bad); height: 0; } .legend .l-when-after { border-top: 3px solid var(--good); height: 0; }
.legend .l-conn-hurt { border-top: 2px solid var(--bad); height: 0; } .legend .l-conn-others { border-top: 2px dashed var(--good); height: 0; }
`;
