import { css } from "lit";

/** Everything that a page may change is a custom property `--voice-glm-…`; the rest follows from it. */
export const styles = css`
  :host {
    --accent: var(--voice-glm-accent, #4b54d6);
    --on-accent: var(--voice-glm-on-accent, #ffffff);
    --page: var(--voice-glm-background, #f7f7fa);
    --surface: var(--voice-glm-surface, #ffffff);
    --text: var(--voice-glm-text, #17181f);
    --soft: var(--voice-glm-text-soft, #5c6070);
    --line: var(--voice-glm-line, #e3e4ec);
    --bubble: var(--voice-glm-bubble, #ecedf9);
    --danger: var(--voice-glm-danger, #b3261e);
    --danger-surface: #fdeeec;
    --radius: var(--voice-glm-radius, 20px);
    --shadow: 0 1px 2px rgb(20 22 50 / 6%), 0 12px 40px rgb(20 22 50 / 10%);
    --orb-a: var(--voice-glm-orb-a, #6f8cff);
    --orb-b: var(--voice-glm-orb-b, #a27bff);
    --orb-c: var(--voice-glm-orb-c, #4fd1d9);
    --orb-grey-a: #a9afc2;
    --orb-grey-b: #c3c8d6;
    --orb-grey-c: #97a0b5;
    --orb-error-a: #f0957c;
    --orb-error-b: #e4737d;
    --orb-error-c: #f2bd87;
    color-scheme: light;
    display: block;
    color: var(--text);
    font: 400 16px/1.55 var(--voice-glm-font, ui-sans-serif, system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans", sans-serif);
    -webkit-font-smoothing: antialiased;
    text-align: start;
  }

  :host([data-dark]) {
    --accent: var(--voice-glm-accent, #a9b1ff);
    --on-accent: var(--voice-glm-on-accent, #12142b);
    --page: var(--voice-glm-background, #0e1016);
    --surface: var(--voice-glm-surface, #171a23);
    --text: var(--voice-glm-text, #eceef6);
    --soft: var(--voice-glm-text-soft, #a3a8ba);
    --line: var(--voice-glm-line, #2a2e3b);
    --bubble: var(--voice-glm-bubble, #262b44);
    --danger: var(--voice-glm-danger, #ffb4a9);
    --danger-surface: #3a1f1f;
    --shadow: 0 1px 2px rgb(0 0 0 / 40%), 0 16px 48px rgb(0 0 0 / 45%);
    color-scheme: dark;
  }

  :host([layout="page"]) {
    height: 100dvh;
  }

  :host([layout="floating"]) {
    position: fixed;
    right: max(20px, env(safe-area-inset-right));
    bottom: max(20px, env(safe-area-inset-bottom));
    z-index: var(--voice-glm-z-index, 2147483000);
  }

  :host([hidden]),
  [hidden] {
    display: none !important;
  }

  * {
    box-sizing: border-box;
  }

  button,
  input,
  select {
    font: inherit;
    color: inherit;
  }

  button {
    cursor: pointer;
    border: 0;
    background: none;
    padding: 0;
    -webkit-tap-highlight-color: transparent;
  }

  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }

  .panel {
    position: relative;
    display: grid;
    grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr);
    grid-template-areas: "stage" "talk" "dock";
    height: 100%;
    background: var(--page);
    container: panel / inline-size;
  }

  :host([layout="floating"]) .panel {
    width: min(392px, calc(100vw - 24px));
    height: min(640px, calc(100dvh - 110px));
    margin-bottom: 14px;
    border-radius: calc(var(--radius) + 4px);
    border: 1px solid var(--line);
    box-shadow: var(--shadow);
    overflow: hidden;
  }

  /* The stage: the orb, what it does, and the way in. */
  .stage {
    grid-area: stage;
    display: grid;
    justify-items: center;
    align-content: center;
    gap: 4px;
    padding: 20px 20px 12px;
    min-height: 0;
    text-align: center;
  }

  .panel.quiet {
    grid-template-rows: minmax(0, 1fr) auto;
    grid-template-areas: "stage" "dock";
  }

  voice-glm-orb {
    width: 128px;
  }

  .quiet voice-glm-orb {
    width: min(264px, 56cqw);
  }

  :host([layout="floating"]) voice-glm-orb {
    width: 104px;
  }

  :host([layout="floating"]) .quiet voice-glm-orb {
    width: 190px;
  }

  h1 {
    margin: 8px 0 0;
    font-size: clamp(1.75rem, 1.3rem + 2.2cqw, 2.5rem);
    font-weight: 640;
    letter-spacing: -0.022em;
    line-height: 1.15;
    text-wrap: balance;
  }

  .hint {
    margin: 6px 0 0;
    max-width: 34ch;
    color: var(--soft);
    text-wrap: balance;
  }

  .status {
    font-weight: 560;
    letter-spacing: -0.005em;
    min-height: 1.55em;
  }

  .detail {
    color: var(--soft);
    font-size: 0.875rem;
    min-height: 1.4em;
  }

  .primary {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 10px;
    min-height: 52px;
    padding: 0 26px 0 22px;
    margin-top: 20px;
    border-radius: 999px;
    background: var(--accent);
    color: var(--on-accent);
    font-weight: 600;
    transition: filter 120ms, transform 120ms;
  }

  .primary:hover {
    filter: brightness(1.08);
  }

  .primary:active {
    transform: scale(0.98);
  }

  .primary.small {
    min-height: 44px;
    margin-top: 8px;
    padding: 0 18px;
    font-size: 0.9375rem;
  }

  /* What one may say. */
  .examples {
    display: flex;
    flex-wrap: wrap;
    justify-content: center;
    gap: 8px;
    max-width: 520px;
    margin: 24px 0 0;
    padding: 0;
    list-style: none;
  }

  .examples button {
    min-height: 40px;
    padding: 6px 16px;
    border: 1px solid var(--line);
    border-radius: 999px;
    color: var(--soft);
    font-size: 0.9375rem;
    text-align: start;
    transition: border-color 120ms, color 120ms;
  }

  .examples button:hover {
    border-color: var(--accent);
    color: inherit;
  }

  /* What was said. */
  .talk {
    grid-area: talk;
    overflow: hidden auto;
    overscroll-behavior: contain;
    padding: 8px 20px 20px;
    scrollbar-width: thin;
    scrollbar-color: var(--line) transparent;
  }

  .log {
    display: flex;
    flex-direction: column;
    gap: 14px;
    max-width: 680px;
    min-height: 100%;
    margin: 0 auto;
    justify-content: flex-end;
  }

  .entry {
    max-width: 88%;
    overflow-wrap: anywhere;
  }

  .user {
    align-self: flex-end;
    padding: 9px 16px;
    border-radius: var(--radius) var(--radius) 6px var(--radius);
    background: var(--bubble);
  }

  .assistant {
    align-self: flex-start;
    font-size: 1.0625rem;
    line-height: 1.6;
  }

  .said {
    white-space: pre-wrap;
  }

  .unheard {
    color: var(--soft);
    text-decoration: line-through;
    text-decoration-thickness: 1px;
    white-space: pre-wrap;
  }

  .note {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 2px 10px;
    color: var(--soft);
    font-size: 0.8125rem;
  }

  .failed {
    color: var(--danger);
  }

  .divider {
    align-self: stretch;
    display: flex;
    align-items: center;
    gap: 12px;
    max-width: none;
    color: var(--soft);
    font-size: 0.8125rem;
  }

  .divider::before,
  .divider::after {
    content: "";
    flex: 1;
    border-top: 1px solid var(--line);
  }

  .entry.card {
    width: 100%;
    max-width: 640px;
  }

  .shown {
    display: block;
    max-width: 200px;
    max-height: 200px;
    border-radius: 12px;
  }

  .voice {
    display: flex;
    align-items: center;
    gap: 10px;
    min-height: 26px;
  }

  .voice svg {
    color: var(--accent);
  }

  .seconds {
    color: var(--soft);
    font-size: 0.8125rem;
    font-variant-numeric: tabular-nums;
  }

  .dots {
    display: inline-flex;
    gap: 5px;
    padding: 8px 0;
  }

  .dots i {
    width: 7px;
    height: 7px;
    border-radius: 50%;
    background: var(--soft);
    animation: dot 1.2s infinite ease-in-out;
  }

  .dots i:nth-child(2) {
    animation-delay: 0.15s;
  }

  .dots i:nth-child(3) {
    animation-delay: 0.3s;
  }

  @keyframes dot {
    0%, 60%, 100% { opacity: 0.3; transform: none; }
    30% { opacity: 1; transform: translateY(-3px); }
  }

  /* Where the time went. */
  .time {
    display: inline-flex;
    align-items: center;
    gap: 5px;
    min-height: 44px;
    margin: -6px 0 -10px;
    color: var(--soft);
    font-size: 0.8125rem;
    font-variant-numeric: tabular-nums;
    border-radius: 8px;
  }

  .time:hover {
    color: var(--text);
  }

  .time svg {
    width: 15px;
    height: 15px;
  }

  .waterfall {
    display: grid;
    grid-template-columns: max-content minmax(40px, 220px) max-content;
    gap: 6px 12px;
    align-items: center;
    margin: 6px 0 0;
    padding: 12px 14px;
    border: 1px solid var(--line);
    border-radius: 14px;
    background: var(--surface);
    font-size: 0.8125rem;
    line-height: 1.3;
    font-variant-numeric: tabular-nums;
  }

  .waterfall dt {
    color: var(--soft);
  }

  .waterfall dd {
    margin: 0;
    text-align: end;
  }

  .waterfall svg {
    width: 100%;
    height: 8px;
    border-radius: 4px;
    background: color-mix(in srgb, var(--line) 55%, transparent);
  }

  .waterfall rect {
    fill: var(--accent);
  }

  .waterfall p {
    grid-column: 1 / -1;
    margin: 2px 0 0;
    color: var(--soft);
  }

  /* The dock: what one can do. */
  .dock {
    grid-area: dock;
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 10px;
    width: 100%;
    max-width: 720px;
    margin: 0 auto;
    padding: 8px 16px max(16px, env(safe-area-inset-bottom));
  }

  .bar {
    display: flex;
    align-items: center;
    gap: 8px;
  }

  .quiet .bar:not(:has(form)),
  .bar.voice-only {
    justify-content: center;
  }

  form {
    flex: 1;
    display: flex;
    align-items: center;
    min-width: 0;
    min-height: 52px;
    padding: 4px 4px 4px 18px;
    border: 1px solid var(--line);
    border-radius: 26px;
    background: var(--surface);
  }

  form:focus-within {
    border-color: var(--accent);
    box-shadow: 0 0 0 1px var(--accent);
  }

  input {
    flex: 1;
    min-width: 0;
    height: 44px;
    padding: 0;
    border: 0;
    background: none;
  }

  /* The form around it shows the focus. */
  input:focus-visible {
    outline: 0;
  }

  input:placeholder-shown {
    text-overflow: ellipsis;
  }

  input::placeholder {
    color: var(--soft);
    opacity: 1;
  }

  .round {
    flex: none;
    display: grid;
    place-items: center;
    width: 52px;
    height: 52px;
    border-radius: 50%;
    border: 1px solid var(--line);
    background: var(--surface);
    transition: background 120ms, border-color 120ms;
  }

  .round:hover {
    border-color: var(--soft);
  }

  .round[aria-pressed="true"] {
    background: var(--text);
    border-color: var(--text);
    color: var(--page);
  }

  .round.stop {
    color: var(--accent);
  }

  .round.end {
    color: var(--danger);
  }

  .send {
    flex: none;
    display: grid;
    place-items: center;
    width: 44px;
    height: 44px;
    border-radius: 50%;
    background: var(--accent);
    color: var(--on-accent);
  }

  .send:disabled {
    background: transparent;
    color: var(--soft);
    cursor: default;
  }

  .below {
    display: flex;
    justify-content: space-between;
    align-items: center;
    gap: 12px;
    min-height: 44px;
    margin: -6px 6px -8px;
    color: var(--soft);
    font-size: 0.8125rem;
  }

  select {
    min-height: 44px;
    max-width: 46%;
    border: 0;
    border-radius: 10px;
    background: transparent;
    color: var(--soft);
    font-size: 0.8125rem;
    text-overflow: ellipsis;
  }

  .notice {
    display: flex;
    align-items: center;
    gap: 8px;
    padding: 8px 4px 8px 16px;
    border-radius: 16px;
    background: var(--danger-surface);
    color: var(--danger);
    font-size: 0.9063rem;
    line-height: 1.45;
    text-align: start;
  }

  .notice span {
    flex: 1;
  }

  .notice button {
    display: grid;
    place-items: center;
    width: 44px;
    height: 44px;
    flex: none;
  }

  .quiet-text {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  /* The button that a page carries in its corner. */
  .launcher {
    display: flex;
    align-items: center;
    gap: 10px;
    min-height: 60px;
    margin-left: auto;
    padding: 0 22px 0 10px;
    border: 1px solid var(--line);
    border-radius: 30px;
    background: var(--surface);
    box-shadow: var(--shadow);
    font-weight: 600;
  }

  :host([layout="floating"]) .launcher voice-glm-orb {
    width: 46px;
  }

  .launcher.bare {
    padding: 0 6px;
  }

  /* Wide: the orb at the left, the words at the right. */
  @container panel (min-width: 900px) {
    .stage {
      padding-top: 28px;
    }
    voice-glm-orb {
      width: 148px;
    }
  }

  @media (min-width: 1000px) {
    :host([layout="page"]) .panel:not(.quiet) {
      grid-template: minmax(0, 1fr) auto / minmax(320px, 2fr) 3fr;
      grid-template-areas: "stage talk" "stage dock";
    }
    :host([layout="page"]) .panel:not(.quiet) .stage {
      border-right: 1px solid var(--line);
      background: color-mix(in srgb, var(--surface) 60%, var(--page));
    }
    :host([layout="page"]) .panel:not(.quiet) voice-glm-orb {
      width: min(300px, 26cqw);
    }
    :host([layout="page"]) .talk {
      padding: 40px 40px 24px;
    }
    :host([layout="page"]) .dock {
      padding-inline: 40px;
      max-width: 760px;
    }
  }

  @media (max-height: 620px) {
    voice-glm-orb {
      width: 84px;
    }
    .quiet voice-glm-orb {
      width: 140px;
    }
  }

  @media (prefers-reduced-motion: reduce) {
    .dots i {
      animation: none;
    }
    .primary {
      transition: none;
    }
  }

  @media (forced-colors: active) {
    .primary,
    .send,
    .round {
      border: 1px solid ButtonText;
    }
  }
`;
