import { LitElement, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { ref } from "lit/directives/ref.js";
import type { Box, Card, PhoneStep } from "../protocol/cards";
import type { Strings } from "../ui/strings";
import { cardStyles } from "./card-styles";
import { renderCode } from "./code";
import { renderMarkdown, webAddress } from "./markdown";

type Of<Kind extends Card["kind"]> = Card & { kind: Kind };

/** Something that a tool made, as a page shows it. Loaded when the first is shown. */
@customElement("voice-glm-card")
export class VoiceGlmCard extends LitElement {
  static override styles = cardStyles;

  @property({ attribute: false }) card!: Card;

  @property({ attribute: false }) strings!: Strings;

  /** The service, which the card's addresses are paths of. */
  @property({ attribute: false }) base = "";

  @state() private candidate = 0;
  @state() private copied = false;

  override render(): TemplateResult {
    const { card, strings } = this;
    return html`<article part="card" aria-label=${card.title}>
      <header>
        <h3>${card.title}</h3>
        ${card.source === "emulator" ? html`<span class="source">${strings.emulated}</span>` : nothing}
      </header>
      ${this.renderBody(card)}
    </article>`;
  }

  private renderBody(card: Card): TemplateResult {
    switch (card.kind) {
      case "text":
        return this.renderText(card);
      case "picture":
        return this.renderPicture(card);
      case "look":
        return this.renderLook(card);
      case "code":
        return this.renderCode(card);
      case "reasoning":
        return this.renderReasoning(card);
      case "video":
        return this.renderVideo(card);
      case "phone":
        return this.renderPhone(card);
      case "blanks":
        return this.renderBlanks(card);
      case "notice":
        return html`<p>${card.message}</p>`;
      default:
        // A newer service shows more: its title has to do.
        return html``;
    }
  }

  private renderText({ markdown, citations }: Of<"text">): TemplateResult {
    const known = citations.flatMap(({ title, url }) => (webAddress(url) ? [{ title, url }] : []));
    return html`${renderMarkdown(markdown)}
    ${known.length === 0
      ? nothing
      : html`<ol class="citations" aria-label=${this.strings.sources}>
          ${known.map(({ title, url }) => html`<li><a href=${url} target="_blank" rel="noopener noreferrer">${title || url}</a> <span>${new URL(url).host}</span></li>`)}
        </ol>`}`;
  }

  private renderPicture({ prompt, url }: Of<"picture">): TemplateResult {
    return html`<figure>
      <a href=${this.addressOf(url)} target="_blank" rel="noopener"><img src=${this.addressOf(url)} alt=${prompt} /></a>
      <figcaption>${prompt}</figcaption>
    </figure>`;
  }

  private renderLook({ markdown, imageUrl, boxes, title }: Of<"look">): TemplateResult {
    return html`<figure>
        <div class="frame">
          <img src=${this.addressOf(imageUrl)} alt=${title} />
          ${boxes.map((box) => this.renderBox(box))}
        </div>
      </figure>
      ${renderMarkdown(markdown)}`;
  }

  private renderBox({ left, top, right, bottom, label }: Box): TemplateResult {
    const percent = (part: number) => `${(100 * Math.min(1, Math.max(0, part))).toFixed(2)}%`;
    // Set as properties: a strict policy lets no style attribute through.
    const place = (element?: Element) => {
      if (element instanceof HTMLElement) Object.assign(element.style, { left: percent(left), top: percent(top), width: percent(right - left), height: percent(bottom - top) });
    };
    return html`<div class="box" ${ref(place)}><span>${label}</span></div>`;
  }

  private renderCode({ language, candidates, explanation }: Of<"code">): TemplateResult {
    const { strings } = this;
    const code = candidates[this.candidate] ?? candidates[0] ?? "";
    return html`<div class="tools">
        <span>${language}</span>
        ${candidates.length > 1
          ? candidates.map((_, index) => html`<button aria-pressed=${index === this.candidate} @click=${() => (this.candidate = index)}>${strings.candidate((index + 1).toString())}</button>`)
          : nothing}
        <button class="copy" @click=${() => void this.copy(code)}>${this.copied ? strings.copied : strings.copy}</button>
      </div>
      ${renderCode(code, language)} ${explanation === "" ? nothing : renderMarkdown(explanation)}`;
  }

  private renderReasoning({ thoughts, answer, elapsed }: Of<"reasoning">): TemplateResult {
    const seconds = Math.round(elapsed / 1000).toString();
    return html`${thoughts === "" ? nothing : html`<details><summary>${this.strings.thoughts(seconds)}</summary><p class="thoughts">${thoughts}</p></details>`}
    ${answer === "" ? html`<p role="status">${this.strings.thinking(seconds)}</p>` : renderMarkdown(answer)}`;
  }

  private renderVideo({ state, elapsed, url, posterUrl, title }: Of<"video">): TemplateResult {
    const { strings } = this;
    const seconds = Math.round(elapsed / 1000).toString();
    if (state === "succeeded" && url) {
      return html`<video controls playsinline preload="metadata" src=${this.addressOf(url)} poster=${posterUrl ? this.addressOf(posterUrl) : nothing} aria-label=${title}></video>`;
    }
    if (state === "running") return html`<p role="status">${strings.filming(seconds)}</p><progress aria-label=${strings.filming(seconds)}></progress>`;
    return html`<p>${state === "cancelled" ? strings.cancelled : strings.failed}</p>`;
  }

  private renderPhone({ steps, question, isDone }: Of<"phone">): TemplateResult {
    return html`<ol class="steps">
        ${steps.map((step) => this.renderStep(step))}
      </ol>
      ${question === null ? nothing : html`<p class="question" role="alert">${question}</p>`} ${isDone ? html`<p>${this.strings.phoneDone}</p>` : nothing}`;
  }

  private renderStep({ action, thought, screenUrl }: PhoneStep): TemplateResult {
    return html`<li>
      ${screenUrl ? html`<img src=${this.addressOf(screenUrl)} alt="" loading="lazy" />` : nothing}
      <div><strong>${action}</strong>${thought === "" ? nothing : html`<p>${thought}</p>`}</div>
    </li>`;
  }

  private renderBlanks({ parts, isEmulated }: Of<"blanks">): TemplateResult {
    return html`<p class="blanks">${parts.map(({ text, isFill }) => (isFill ? html`<mark>${text}</mark>` : text))}</p>
      ${isEmulated ? html`<p class="soft">${this.strings.otherModel}</p>` : nothing}`;
  }

  private addressOf(path: string): string {
    return new URL(path, this.base).href;
  }

  private async copy(text: string): Promise<void> {
    await navigator.clipboard.writeText(text);
    this.copied = true;
    setTimeout(() => (this.copied = false), 2_000);
  }
}
