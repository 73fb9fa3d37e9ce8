/** How a drawing of a topology looks, in the palette of the report. */
export const TOPOLOGY_RULES = `.group { fill: var(--bg); stroke: var(--rule); } .group-name { fill: var(--ink-2); font-size: 12px; font-weight: 620; }
.g-fault-proxy { stroke: var(--ink-3); stroke-dasharray: 4 3; } .node { fill: var(--surface); stroke: var(--rule); } .node.hurt { stroke: var(--bad); fill: var(--bad-shade); }
.node-name { font-size: 12.5px; font-weight: 560; } .node-address { font-size: 11px; fill: var(--ink-3) !important; }
.vip { fill: var(--measured-soft); stroke: var(--measured); } .vip-label { font-size: 11.5px; font-weight: 600; }
.edge { fill: none; stroke: var(--ink-3); stroke-width: 1.4; } .edge.hurt { stroke: var(--bad); } .edge-label { fill: var(--ink-3) !important; font-size: 11px; } .edge-ground { fill: var(--surface); } .hurt-mark { stroke: var(--bad); stroke-width: 2.4; fill: none; stroke-linecap: round; }`;
