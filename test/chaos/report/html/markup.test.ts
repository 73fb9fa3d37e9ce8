import { describe, expect, it } from "vitest";
import { html } from "../../../../chaos/report/html/markup.ts";

describe("markup", () => {
  it("escapes strings in text and in attributes", () => {
    expect(html`<p title="${`"'<&>`}">${`"'<&>`}</p>`.source).toBe(
      '<p title="&quot;&#39;&lt;&amp;&gt;">&quot;&#39;&lt;&amp;&gt;</p>',
    );
  });

  it("takes markup as it is, lists one after the other, and null as nothing", () => {
    const items = ["a", "<"].map((word) => html`<i>${word}</i>`);
    expect(html`<b>${items}${null}</b>`.source).toBe("<b><i>a</i><i>&lt;</i></b>");
  });

  it("takes a number as a coordinate, and refuses it in text", () => {
    expect(html`<rect x="${1.23456}" y="${2}" />`.source).toBe('<rect x="1.23" y="2" />');
    expect(() => html`<td>${42}</td>`).toThrow(/42 stands in text\. Print it from its reference/);
    expect(() => html`<td>${[1]}</td>`).toThrow(TypeError);
  });
});
