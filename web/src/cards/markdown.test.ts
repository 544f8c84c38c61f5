import { expect, test } from "vitest";
import type { TemplateResult } from "lit";
import { renderMarkdown, webAddress } from "./markdown";

/** What a template says, with its values in their places: enough to see what became an element and what stayed words. */
function text(value: unknown): string {
  if (Array.isArray(value)) return value.map(text).join("");
  if (typeof value === "string" || typeof value === "number") return String(value).replaceAll("<", "&lt;");
  if (typeof value === "object" && value !== null && "strings" in value) {
    const { strings, values } = value as TemplateResult;
    return strings.map((part, index) => part + (index < values.length ? text(values[index]) : "")).join("").replace(/\s+/g, " ");
  }
  return "";
}

test.each([
  ["A **bold** and *soft* word, `code`.", "<p>A <strong>bold</strong> and <em>soft</em> word, <code>code</code>.</p>"],
  ["# Title", '<p class="heading">Title</p>'],
  ["- one\n- two", "<ul><li>one</li><li>two</li></ul>"],
  ["3. three\n4. four", "<ol start=3><li>three</li><li>four</li></ol>"],
  ["> said", "<blockquote><p>said</p></blockquote>"],
  ["[page](https://a.example/b)", '<p><a href=https://a.example/b target="_blank" rel="noopener noreferrer">page</a></p>'],
  ["a < b && \"c\"", "<p>a &lt; b && \"c\"</p>"],
])("%s", (markdown, expected) => {
  expect(text(renderMarkdown(markdown))).toBe(expected);
});

test.each([
  ["<img src=x onerror=alert(1)>"],
  ["<script>alert(1)</script>"],
  ["an <b>element</b> inside"],
])("%s stays words", (markdown) => {
  const said = text(renderMarkdown(markdown));
  expect(said).not.toMatch(/<(img|script|b)\b/);
  expect(said).toContain("&lt;");
});

test.each([["[x](javascript:alert(1))"], ["[x](data:text/html,hello)"], ["![x](https://tracker.example/p.png)"]])("%s fetches and runs nothing", (markdown) => {
  const said = text(renderMarkdown(markdown));
  expect(said).not.toMatch(/<img|href=(javascript|data)/);
  expect(said).toContain("x");
});

test("Only the web is an address", () => {
  expect(["https://a.example", "http://a.example", "javascript:alert(1)", "/path", "ftp://a.example"].map((url) => webAddress(url) !== null)).toEqual([true, true, false, false, false]);
});
