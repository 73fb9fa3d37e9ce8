import type { LoadRecord } from "../load-record.ts";
import type { Reference } from "../reference.ts";
import { html, type Markup } from "./markup.ts";
import { when, type Printer } from "./printer.ts";

/**
 * What a load sent and how, as the end of a sentence.
 *
 * @param at reference of the load in the record
 */
export function loadWords(print: Printer, load: LoadRecord, at: Reference): Markup {
  return html`${rate(print, load, at)} to
  ${print.text(`${at}/target`)}${load.otherTargets.map((_, index) => html`, ${print.text(`${at}/otherTargets/${index}`)}`)}${when(load.otherTargets.length > 0, () => html` in turns`)}${arrivals(print, load, at)},
  connect timeout ${print.num(`${at}/connectTimeoutMs`, "ms")}, total
  ${print.num(`${at}/totalTimeoutMs`, "ms")}${when(load.retries > 0, () => html`; what fails in time is sent again, at most ${print.num(`${at}/retries`, "count")} times`)}.`;
}

function rate(print: Printer, { traffic }: LoadRecord, at: Reference): Markup {
  const perSecond = print.num(`${at}/ratePerSecond`, "count");
  const many = (key: string): Markup => print.num(`${at}/traffic/${key}`, "count");
  switch (traffic.kind) {
    case "fresh":
      return html`${perSecond} fresh connections a second`;
    case "kept-alive":
      return html`${perSecond} requests a second over ${many("connections")} connections that are
      kept open,`;
    case "long-lived":
      return html`${many("connections")} connections that are held, opened at ${perSecond} a second,
      on each a line every ${print.num(`${at}/traffic/everyMs`, "ms")},`;
    case "session":
      return html`${perSecond} requests a second of ${many("users")} users`;
  }
}

function arrivals(print: Printer, load: LoadRecord, at: Reference): Markup {
  const own = `${at}/arrivals`;
  switch (load.arrivals.kind) {
    case "constant":
      return html``;
    case "poisson":
      return html`, at random times (Poisson)`;
    case "ramp":
      return html`, rising from ${print.num(`${own}/fromPerSecond`, "count")} a second over
      ${print.num(`${own}/overMs`, "ms")}`;
    case "bursts":
      return html`, in every ${print.num(`${own}/everyMs`, "ms")} for
      ${print.num(`${own}/forMs`, "ms")} at ${print.num(`${own}/burstPerSecond`, "count")} a second`;
  }
}
