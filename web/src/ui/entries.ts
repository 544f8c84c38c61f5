import { html, nothing, svg, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { networkOf, splitHeard, type AssistantEntry, type Entry, type Link, type UserEntry } from "../conversation";
import { clockIcon } from "./icons";
import type { Strings } from "./strings";

/** What the log needs besides its entries. */
export interface LogContext {
  strings: Strings;
  /** The service, which cards' addresses are paths of. */
  base: string;
  /** Entries whose timings are shown. */
  open: ReadonlySet<number>;
  toggle(id: number): void;
}

export function renderLog(entries: Entry[], context: LogContext): TemplateResult {
  return html`<div class="log" role="log" aria-live="polite" aria-relevant="additions text" aria-label=${context.strings.log}>
    ${repeat(entries, (entry) => entry.id, (entry) => renderEntry(entry, context))}
  </div>`;
}

function renderEntry(entry: Entry, context: LogContext): TemplateResult {
  switch (entry.kind) {
    case "divider":
      return html`<div class="entry divider">${context.strings.newConversation}</div>`;
    case "card":
      return html`<voice-glm-card class="entry card" .card=${entry.card} .strings=${context.strings} .base=${context.base}></voice-glm-card>`;
    case "image":
      return html`<div class="entry user" part="user-message"><span class="quiet-text">${context.strings.you}: </span><img class="shown" src=${entry.thumbnail} alt=${context.strings.yourPicture} /></div>`;
    case "user":
      return renderUser(entry, context.strings);
    case "assistant":
      return renderAssistant(entry, context);
  }
}

function renderUser(entry: UserEntry, strings: Strings): TemplateResult {
  if (entry.text !== null) {
    return html`<div class="entry user" part="user-message"><span class="quiet-text">${strings.you}: </span><span class="said">${entry.text}</span></div>`;
  }
  const seconds = entry.duration === null ? null : (entry.duration / 1000).toFixed(1);
  return html`<div class="entry user" part="user-message">
    <div class="voice">
      ${renderLevels(entry.levels)}
      <span class="quiet-text">${seconds === null ? strings.speaking : strings.spoke(seconds)}</span>
      ${seconds === null ? nothing : html`<span class="seconds" aria-hidden="true">${seconds} s</span>`}
    </div>
  </div>`;
}

/** The loudness of what was said, as bars: 24 whatever its length. */
function renderLevels(levels: number[]): TemplateResult {
  const bars = 24;
  return html`<svg width="96" height="26" viewBox="0 0 96 26" fill="currentColor" aria-hidden="true">
    ${Array.from({ length: bars }, (_, index) => {
      const from = Math.floor((index * levels.length) / bars);
      const level = Math.max(0, ...levels.slice(from, Math.max(from + 1, Math.floor(((index + 1) * levels.length) / bars))));
      const height = 3 + 20 * Math.min(1, Math.sqrt(level) * 1.8);
      return svg`<rect x=${index * 4} y=${13 - height / 2} width="2.4" height=${height} rx="1.2" />`;
    })}
  </svg>`;
}

function renderAssistant(entry: AssistantEntry, context: LogContext): TemplateResult {
  const { strings } = context;
  const [heard, unheard] = splitHeard(entry);
  return html`<div class="entry assistant" part="assistant-message">
    <span class="quiet-text">${strings.assistant}: </span>
    ${entry.text === "" && entry.status === "in_progress" ? html`<span class="dots" aria-label=${strings.phases.thinking}><i></i><i></i><i></i></span>` : nothing}
    <span class="said">${heard}</span>${unheard === "" ? nothing : html`<span class="quiet-text"> ${strings.notHeard} </span><s class="unheard" part="unheard">${unheard}</s>`}
    ${renderNote(entry, context)}
  </div>`;
}

function renderNote(entry: AssistantEntry, context: LogContext): TemplateResult | typeof nothing {
  const { strings, open } = context;
  const { timings } = entry;
  const isOpen = open.has(entry.id);
  // What a person waits: from the end of their speech until they hear something.
  const latency = timings ? Math.round(timings.endpoint + timings.firstAudio + networkOf(entry)) : 0;
  if (entry.status !== "cancelled" && entry.status !== "failed" && !timings) return nothing;
  return html`<div class="note">
      ${entry.status === "cancelled" ? html`<span>${strings.interrupted}</span>` : nothing}
      ${entry.status === "failed" ? html`<span class="failed">${entry.failure ?? strings.failed}</span>` : nothing}
      ${timings
        ? html`<button class="time" part="time-button" aria-expanded=${isOpen} aria-label=${strings.timing(latency.toString())} @click=${() => context.toggle(entry.id)}>
            ${clockIcon}${latency} ms
          </button>`
        : nothing}
    </div>
    ${timings && isOpen ? renderWaterfall(entry, strings) : nothing}`;
}

function renderWaterfall(entry: AssistantEntry, strings: Strings): TemplateResult {
  const timings = entry.timings!;
  const parts = (["endpoint", "tokenize", "prefill", "firstToken", "firstBlock"] as const).map((name) => ({ name: strings.parts[name], duration: timings[name] }));
  parts.push({ name: strings.parts.network, duration: networkOf(entry) });
  const total = Math.max(1, parts.reduce((sum, part) => sum + part.duration, 0));
  let start = 0;
  return html`<dl class="waterfall" part="waterfall">
    ${parts.map(({ name, duration }) => {
      const x = (100 * start) / total;
      const width = Math.max(1.2, (100 * duration) / total);
      start += duration;
      return html`<dt>${name}</dt>
        <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">${svg`<rect x=${x} y="0" width=${width} height="8" />`}</svg>
        <dd>${Math.round(duration)} ms</dd>`;
    })}
    ${timings.savedByHearing + timings.savedByGuessing >= 1
      ? html`<p>${strings.saved(Math.round(timings.savedByHearing).toString(), Math.round(timings.savedByGuessing).toString())}</p>`
      : nothing}
    ${entry.link ? html`<p part="link">${describe(entry.link, strings)}</p>` : nothing}
  </dl>`;
}

/** Such as “Call over UDP, opus · 12 ms there and back · jitter 3 ms · 0.2 % lost”. */
function describe(link: Link, strings: Strings): string {
  const parts = [`${strings.ways[link.way]}, ${link.codec}`, strings.roundTrip(Math.round(link.roundTrip).toString())];
  if (link.jitter !== null) parts.push(strings.jitter(Math.round(link.jitter).toString()));
  if (link.loss !== null) parts.push(strings.loss((100 * link.loss).toFixed(1)));
  return parts.join(" · ");
}
