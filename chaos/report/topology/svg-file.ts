import type { Topology } from "../../../stacks/topology.ts";
import { html, Markup } from "../html/markup.ts";
import { DARK, LIGHT } from "../html/palette.ts";
import { descend } from "../reference.ts";
import { drawTopology } from "./drawing.ts";
import { TOPOLOGY_RULES } from "./style.ts";

const PADDING = 12;

/**
 * A topology as an SVG file of its own: light or dark by the reader's preference, no script, nothing
 * from the network, and what it shows in words for those who do not see it.
 *
 * @param options.width pixels; requests run downwards if that is too narrow for left to right.
 *   @default - as wide as it needs to be
 */
export function topologySvg(topology: Topology, options: { readonly width?: number } = {}): string {
  const drawing = drawTopology(topology, {
    ...(options.width === undefined ? {} : { width: options.width - 2 * PADDING }),
    label: (pointer) => html`${String(descend(topology, pointer) ?? "")}`,
  });
  const [width, height] = [drawing.width + 2 * PADDING, drawing.height + 2 * PADDING];
  const described = topology.nodes.map(({ id, role, address }) => `${id}, ${role}, ${address}`);
  return `${
    html`<svg
      xmlns="http://www.w3.org/2000/svg"
      class="topology"
      role="img"
      viewBox="${`0 0 ${width} ${height}`}"
      width="${width}"
      height="${height}"
    >
      <title>Topology ${topology.id}</title>
      <desc>${described.join("; ")}</desc>
      <style>
        ${new Markup(STYLE)}
      </style>
      <rect class="paper" width="${width}" height="${height}" rx="10" />
      <g transform="${`translate(${PADDING} ${PADDING})`}">${drawing.body}</g>
    </svg>`.source
  }\n`;
}

const RULES = `
.topology { max-width: 100%; height: auto; font: 12px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; }
text { fill: var(--ink); } .paper { fill: var(--surface); }
${TOPOLOGY_RULES}`;

const STYLE = `${inColours(RULES, LIGHT)}
@media (prefers-color-scheme: dark) {${inColours(RULES, DARK)}
}`;

/** Rules with colours in the place of variables, which drawing programs other than browsers do not know. */
function inColours(rules: string, palette: string): string {
  const colours = new Map(
    [...palette.matchAll(/(--[\w-]+): ([^;]+);/g)].map(([, name = "", colour = ""]) => [
      name,
      colour,
    ]),
  );
  return rules.replaceAll(/var\((--[\w-]+)\)/g, (_, name: string) => colours.get(name) ?? name);
}
