/** What a comparison's page adds to the style of run reports. */
export const COMPARISON_STYLE = `
.heat { border-collapse: separate; border-spacing: 4px; margin: 4px 0 8px; }
.heat th, .heat td { border: 0; padding: 0; } .heat td { height: 1px; }
.heat thead th { text-align: center; padding: 0 6px 4px; font-size: 13px; } .heat thead a { color: inherit; }
.heat tbody th { position: sticky; left: 0; z-index: 1; background: var(--surface); font-weight: 560; padding: 8px 14px 8px 0; white-space: nowrap; vertical-align: middle; }
.heat tbody th .baseline { display: block; font-size: 11.5px; font-weight: 400; color: var(--ink-3); }
.heat td a { display: flex; flex-direction: column; justify-content: center; height: 100%; min-width: 104px; padding: 7px 10px 6px; border-radius: 7px; border: 1px solid transparent; color: var(--ink); text-decoration: none; text-align: center; line-height: 1.25; }
.heat td a:hover { border-color: var(--ink-2); } .heat td b { display: block; font-size: 15.5px; font-weight: 640; }
.heat td .rank { font-size: 12px; color: var(--ink-2); white-space: nowrap; } .heat td.first .rank { color: var(--ink); font-weight: 640; }
.heat td.simplest a { box-shadow: inset 0 0 0 2px var(--good); } .heat .lived { display: block; font-size: 11.5px; color: var(--measured); white-space: nowrap; }
${[0, 25, 50, 75].map((share, level) => `.h${level} { background: color-mix(in oklab, var(--warn-soft) ${share}%, var(--good-soft)); }`).join("\n")}
${[0, 25, 50, 75, 100].map((share, step) => `.h${step + 4} { background: color-mix(in oklab, color-mix(in oklab, var(--bad) 38%, var(--bad-soft)) ${share}%, var(--warn-soft)); }`).join("\n")}
.h-none { background: var(--quiet); }
.scale { display: flex; flex-wrap: wrap; gap: 4px 18px; align-items: center; font-size: 13px; color: var(--ink-2); margin: 0 0 8px; }
.scale .steps { display: inline-flex; margin: 0 8px; } .scale .steps i { width: 22px; height: 12px; display: inline-block; }
.scale .mark { display: inline-block; width: 22px; height: 12px; border-radius: 4px; box-shadow: inset 0 0 0 2px var(--good); margin-right: 7px; vertical-align: -1px; }
.ranking td, .ranking th { vertical-align: middle; } .ranking tbody th { white-space: nowrap; font-weight: 560; } .ranking .knows { display: block; font-weight: 400; font-size: 12px; color: var(--ink-3); }
.ranking td.spread, .ranking th.spread { padding-right: 18px; } .ranking svg { min-width: 220px; } .ranking thead th { white-space: normal; } .ranking td .message { display: block; }
.run-dot { fill: var(--measured); fill-opacity: 0.5; stroke: var(--surface); stroke-width: 0.6; } .live-dot { fill: none; stroke: var(--ink); stroke-width: 1.6; }
.interval { stroke: var(--measured); stroke-width: 2; } .guide { stroke: var(--grid); }
.verdict { white-space: nowrap; } .verdict-better { color: var(--good); font-weight: 600; } .verdict-worse { color: var(--bad); font-weight: 600; } .verdict-alike, .verdict-unclear { color: var(--ink-2); }
.cells { margin-top: 6px; } .cells details { border-top: 1px solid var(--grid); padding: 6px 0; margin: 0; } .cells details:target summary { color: var(--ink); font-weight: 600; }
.hypothesis { color: var(--ink-2); max-width: 62em; } .winner { font-weight: 600; max-width: 62em; }
.tag { display: inline-block; border: 1px solid var(--rule); border-radius: 999px; padding: 0 9px; font-size: 12px; color: var(--ink-2); }
@media (max-width: 760px) { .heat { border-spacing: 3px; } .heat td a { min-width: 74px; padding: 6px 4px 5px; } .heat td b { font-size: 14px; } .ranking .knows { display: none; } .heat tbody th { font-size: 12.5px; padding-right: 8px; min-width: 96px; max-width: 104px; white-space: normal; } }
`;

/** Opens the cell that an address names, also when it changes. */
export const COMPARISON_SCRIPT = `
(() => {
  const open = () => {
    const cell = location.hash === "" ? null : document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (cell?.tagName !== "DETAILS") return;
    for (let one = cell; one !== null; one = one.parentElement.closest("details")) one.open = true;
    cell.scrollIntoView({ block: "start" });
  };
  addEventListener("hashchange", open);
  open();
})();
`;
