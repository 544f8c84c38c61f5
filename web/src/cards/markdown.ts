import { html, nothing, type TemplateResult } from "lit";
import { lexer, type Token, type Tokens } from "marked";
import { renderCode } from "./code";

type Rendered = TemplateResult | string | typeof nothing;

/** Markdown as templates. Nothing of it is ever taken for HTML, and only links to the web are links. */
export function renderMarkdown(markdown: string): TemplateResult {
  return html`${lexer(markdown).map(renderBlock)}`;
}

/** An address of the web, or null: what else could be opened is not. */
export function webAddress(url: string): string | null {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) ? url : null;
}

function renderBlock(token: Token): Rendered {
  switch (token.type) {
    case "space":
    case "def":
      return nothing;
    case "heading":
      return html`<p class="heading">${renderInline(token.tokens)}</p>`;
    case "code":
      return renderCode(token.text, token.lang ?? "");
    case "blockquote":
      return html`<blockquote>${(token.tokens ?? []).map(renderBlock)}</blockquote>`;
    case "list": {
      const list = token as Tokens.List;
      const items = list.items.map((item) => html`<li>${item.tokens.map(renderBlock)}</li>`);
      return list.ordered ? html`<ol start=${list.start || 1}>${items}</ol>` : html`<ul>${items}</ul>`;
    }
    case "table": {
      const table = token as Tokens.Table;
      return html`<div class="wide"><table>
        <thead><tr>${table.header.map((cell) => html`<th scope="col">${renderInline(cell.tokens)}</th>`)}</tr></thead>
        <tbody>${table.rows.map((row) => html`<tr>${row.map((cell) => html`<td>${renderInline(cell.tokens)}</td>`)}</tr>`)}</tbody>
      </table></div>`;
    }
    case "hr":
      return html`<hr />`;
    case "paragraph":
      return html`<p>${renderInline(token.tokens)}</p>`;
    case "text":
      return html`${token.tokens ? renderInline(token.tokens) : token.text}`;
    default:
      return html`<p>${token.raw}</p>`;
  }
}

function renderInline(tokens: Token[] | undefined): Rendered[] {
  return (tokens ?? []).map((token): Rendered => {
    switch (token.type) {
      case "strong":
        return html`<strong>${renderInline(token.tokens)}</strong>`;
      case "em":
        return html`<em>${renderInline(token.tokens)}</em>`;
      case "del":
        return html`<s>${renderInline(token.tokens)}</s>`;
      case "codespan":
        return html`<code>${token.text}</code>`;
      case "br":
        return html`<br />`;
      case "link":
        return renderLink(token.href, renderInline(token.tokens));
      case "image":
        // Nothing is fetched for a stranger's words.
        return renderLink(token.href, token.text || token.href);
      case "escape":
        return token.text;
      case "text":
        return "tokens" in token && token.tokens ? html`${renderInline(token.tokens)}` : token.text;
      default:
        return token.raw;
    }
  });
}

function renderLink(url: string, words: unknown): TemplateResult {
  const address = webAddress(url);
  return address ? html`<a href=${address} target="_blank" rel="noopener noreferrer">${words}</a>` : html`${words}`;
}
