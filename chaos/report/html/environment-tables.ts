import { segment } from "../reference.ts";
import { html, type Markup } from "./markup.ts";
import { fixed, type Printer } from "./printer.ts";
import { scrolling } from "./scrolling.ts";

/** What the run ran on. */
export function fingerprintTable(print: Printer): Markup {
  const { fingerprint } = print.run.record;
  const at = "/fingerprint";
  const row = (name: Markup | string, value: Markup): Markup =>
    html`<tr>
      <th scope="row">${name}</th>
      <td>${value}</td>
    </tr>`;
  return scrolling(
    html`<table class="pairs">
      <tbody>
        ${row("environment", html`${print.text(`${at}/environment`)}, as ${print.text(`${at}/user`)}`)}
        ${row("kernel", print.text(`${at}/kernel`))}
        ${row("processor", html`${print.num(`${at}/cpus`, "count")} × ${print.text(`${at}/cpuModel`)}`)}
        ${row("memory", print.num(`${at}/memoryBytes`, "bytes"))}
        ${row("load average", print.num(`${at}/loadAverage1m`, "slope"))}
        ${row("stolen by the hypervisor", print.num(`${at}/stealShare`, "percent"))}
        ${row("Node", print.text(`${at}/node`))}
        ${Object.keys(fingerprint.programs).map((name) => row(fixed(name), print.text(`${at}/programs/${segment(name)}`)))}
        ${row("commit", html`${print.text(`${at}/commit`)}${fingerprint.clean === false ? " with uncommitted changes" : ""}`)}
        ${Object.keys(fingerprint.sysctls).map((name) => row(fixed(name), print.text(`${at}/sysctls/${segment(name)}`)))}
      </tbody>
    </table>`,
    "Environment",
  );
}

/** Nodes and links of the topology. */
export function topologyTable(print: Printer): Markup {
  const { topology } = print.run.record;
  return html`${scrolling(
    html`<table>
      <thead>
        <tr>
          <th>node</th>
          <th>role</th>
          <th>group</th>
          <th>address</th>
        </tr>
      </thead>
      <tbody>
        ${topology.nodes.map((_, position) => {
          const at = `/topology/nodes/${position}`;
          return html`<tr>
            <th scope="row">${print.text(`${at}/id`)}</th>
            <td>${print.text(`${at}/role`)}</td>
            <td>${print.text(`${at}/group`)}</td>
            <td>${print.text(`${at}/address`)}</td>
          </tr>`;
        })}${(topology.virtualAddress?.owners ?? []).map(
          (_, index) =>
            html`<tr>
              <th scope="row">${print.text(`/topology/virtualAddress/owners/${index}/node`)}</th>
              <td colspan="2">
                may hold the floating address, priority
                ${print.num(`/topology/virtualAddress/owners/${index}/priority`, "plain")}
              </td>
              <td>${print.text("/topology/virtualAddress/address")}</td>
            </tr>`,
        )}
      </tbody>
    </table>`,
    "Nodes",
  )}${
    topology.links.length === 0
      ? null
      : scrolling(
          html`<table>
            <thead>
              <tr>
                <th>link</th>
                <th class="n">port</th>
                <th>fault point</th>
              </tr>
            </thead>
            <tbody>
              ${topology.links.map((link, position) => {
                const at = `/topology/links/${position}`;
                return html`<tr>
                  <th scope="row">${print.text(`${at}/id`)}</th>
                  <td class="n">${print.num(`${at}/port`, "plain")}</td>
                  <td>
                    ${
                      link.via === undefined
                        ? html`<span class="none">direct</span>`
                        : html`${print.text(`${at}/via/node`)}, port
                          ${print.num(`${at}/via/listenPort`, "plain")}`
                    }
                  </td>
                </tr>`;
              })}
            </tbody>
          </table>`,
          "Links",
        )
  }`;
}
