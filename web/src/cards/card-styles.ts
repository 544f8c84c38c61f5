import { css } from "lit";

/** Colours and sizes come from the element around it. */
export const cardStyles = css`
  :host {
    display: block;
    min-width: 0;
  }

  article {
    padding: 14px 16px;
    border: 1px solid var(--line);
    border-radius: 14px;
    background: var(--surface);
    line-height: 1.5;
    overflow-wrap: anywhere;
  }

  header {
    display: flex;
    align-items: baseline;
    justify-content: space-between;
    gap: 12px;
  }

  h3 {
    margin: 0;
    font-size: 0.9375rem;
  }

  .source,
  .soft,
  figcaption,
  .citations span {
    color: var(--soft);
    font-size: 0.8125rem;
  }

  p,
  ul,
  ol,
  pre,
  blockquote,
  figure,
  details,
  video,
  progress,
  .wide {
    margin: 10px 0 0;
  }

  .heading {
    font-weight: 600;
  }

  li > p {
    margin: 0;
  }

  a {
    color: var(--accent);
  }

  blockquote {
    padding-inline-start: 12px;
    border-inline-start: 3px solid var(--line);
    color: var(--soft);
  }

  .wide {
    overflow-x: auto;
  }

  table {
    border-collapse: collapse;
    font-size: 0.875rem;
  }

  th,
  td {
    padding: 4px 10px;
    border: 1px solid var(--line);
    text-align: start;
  }

  pre {
    overflow-x: auto;
    padding: 12px;
    border-radius: 10px;
    background: color-mix(in srgb, var(--line) 35%, transparent);
    font-size: 0.8125rem;
    line-height: 1.5;
  }

  img,
  video {
    display: block;
    max-width: 100%;
    max-height: 420px;
    border-radius: 10px;
  }

  figcaption {
    margin-top: 6px;
  }

  .frame {
    position: relative;
    display: inline-block;
  }

  .box {
    position: absolute;
    box-sizing: border-box;
    border: 2px solid var(--accent);
    border-radius: 4px;
  }

  .box span:not(:empty) {
    position: absolute;
    inset-inline-start: -2px;
    bottom: 100%;
    padding: 0 6px;
    border-radius: 4px;
    background: var(--accent);
    color: var(--on-accent);
    font-size: 0.75rem;
    white-space: nowrap;
  }

  .tools {
    display: flex;
    align-items: center;
    gap: 8px;
    margin-top: 8px;
    color: var(--soft);
    font-size: 0.8125rem;
  }

  .copy {
    margin-inline-start: auto;
  }

  button {
    min-height: 44px;
    padding: 0 12px;
    border: 1px solid var(--line);
    border-radius: 10px;
    background: none;
    color: inherit;
    font: inherit;
    cursor: pointer;
  }

  button:hover,
  button[aria-pressed="true"] {
    color: var(--text);
    border-color: var(--accent);
  }

  summary {
    min-height: 44px;
    align-content: center;
    color: var(--soft);
    cursor: pointer;
  }

  .thoughts {
    margin: 0;
    color: var(--soft);
    font-size: 0.875rem;
    white-space: pre-wrap;
  }

  progress {
    width: 100%;
    accent-color: var(--accent);
  }

  .steps {
    display: grid;
    gap: 10px;
    padding: 0;
    list-style: none;
  }

  .steps li {
    display: flex;
    gap: 12px;
  }

  .steps img {
    width: 64px;
    border-radius: 6px;
  }

  .steps p {
    margin: 2px 0 0;
    color: var(--soft);
    font-size: 0.875rem;
  }

  .question {
    font-weight: 600;
  }

  .blanks {
    white-space: pre-wrap;
  }

  mark {
    padding: 0 3px;
    border-radius: 4px;
    background: color-mix(in srgb, var(--accent) 22%, transparent);
    color: inherit;
  }

  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }

  .hljs-comment,
  .hljs-quote {
    color: var(--soft);
  }

  .hljs-keyword,
  .hljs-literal,
  .hljs-built_in,
  .hljs-name,
  .hljs-tag {
    color: var(--accent);
  }

  .hljs-string,
  .hljs-regexp,
  .hljs-attr {
    color: color-mix(in srgb, #1a7f37 70%, var(--text));
  }

  .hljs-number,
  .hljs-symbol {
    color: color-mix(in srgb, #b35900 70%, var(--text));
  }

  .hljs-title,
  .hljs-title.function_,
  .hljs-title.class_ {
    font-weight: 600;
  }
`;
