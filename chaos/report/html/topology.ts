import { partsOf } from "../fault-parts.ts";
import { drawTopology } from "../topology/drawing.ts";
import { html, NOTHING, type Markup } from "./markup.ts";
import type { Printer } from "./printer.ts";

/** The run's topology, with a cross on whatever was hurt. Every name in it is printed from the record. */
export function topologyDrawing(print: Printer, width: number): Markup {
  const { topology, trials } = print.run.record;
  if (topology.nodes.length === 0) return NOTHING;
  const hurt = new Set(
    trials.flatMap(({ faults, target }) => [
      ...faults.flatMap(partsOf).map((part) => part.target),
      target ?? "",
    ]),
  );
  const drawing = drawTopology(topology, {
    width,
    hurt,
    label: (pointer) => {
      const reference = `/topology${pointer}`;
      return print.references.numberOf(reference) === null
        ? print.svg.text(reference)
        : print.svg.num(reference, "plain");
    },
  });
  return html`<svg
    class="topology"
    viewBox="${`0 0 ${drawing.width} ${drawing.height}`}"
    width="${drawing.width}"
    height="${drawing.height}"
    aria-hidden="true"
  >
    ${drawing.body}
  </svg>`;
}
