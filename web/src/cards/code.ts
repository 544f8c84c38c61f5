import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import cpp from "highlight.js/lib/languages/cpp";
import csharp from "highlight.js/lib/languages/csharp";
import css from "highlight.js/lib/languages/css";
import go from "highlight.js/lib/languages/go";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import { html, type TemplateResult } from "lit";
import { createLowlight } from "lowlight";

const lowlight = createLowlight({ bash, c, cpp, csharp, css, go, java, javascript, json, python, rust, sql, typescript, xml });

type Node = ReturnType<typeof lowlight.highlight>["children"][number];

/** Code in its colours, where its language is known. */
export function renderCode(code: string, language: string): TemplateResult {
  const name = language.trim().toLowerCase();
  const nodes = lowlight.registered(name) ? lowlight.highlight(name, code).children.map(renderNode) : code;
  return html`<pre tabindex="0"><code>${nodes}</code></pre>`;
}

function renderNode(node: Node): TemplateResult | string {
  if (node.type === "text") return node.value;
  if (node.type !== "element") return "";
  return html`<span class=${(node.properties.className as string[] | undefined)?.join(" ") ?? ""}>${node.children.map((child) => renderNode(child as Node))}</span>`;
}
