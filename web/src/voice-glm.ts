import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { Microphone } from "./audio/microphone";
import { VoiceCall, type Transport } from "./call";
import { initialConversation, isFault, phaseOf, reduce, type Conversation, type ConversationEvent, type Phase } from "./conversation";
import type { ResumePoint } from "./protocol/voice-client";
import { renderLog } from "./ui/entries";
import { hangUpIcon, microphoneIcon, mutedIcon, pictureIcon, sendIcon, stopIcon } from "./ui/icons";
import "./ui/orb";
import type { VoiceGlmOrb } from "./ui/orb";
import { stringsOf, type Strings } from "./ui/strings";
import { styles } from "./ui/styles";

/** What a page keeps when it goes away, so that a reload goes on with the conversation. */
interface Keepsake {
  resume: ResumePoint;
  conversation: Conversation;
  microphone: boolean;
}

/**
 * A voice conversation: the whole page, or a widget in the corner of any other.
 *
 * @fires voice-glm:start - A conversation begins.
 * @fires voice-glm:state - `detail.state` is one of idle, connecting, queued, listening, hearing, thinking, speaking, muted, ended, error.
 * @fires voice-glm:message - `detail.speaker` is user or assistant; `detail.text` (null for speech), `detail.interrupted`.
 * @fires voice-glm:card - A tool shows something: `detail.id`, `detail.card`; the same id again where it shows it anew.
 * @fires voice-glm:error - `detail.code`, `detail.message`.
 * @fires voice-glm:end - The conversation has ended.
 */
@customElement("voice-glm")
export class VoiceGlm extends LitElement {
  static override styles = styles;

  /** The service, such as `https://voice.example`. Default: where this script comes from. */
  @property() server = "";

  /** `light`, `dark` or `auto`. */
  @property() theme = "auto";

  /** `en` or `zh`. Default: the browser's. */
  @property({ reflect: false }) override lang = "";

  /** `voice`, `text` or `hybrid`. */
  @property() mode: "voice" | "text" | "hybrid" = "hybrid";

  /** `auto`: sound goes as a WebRTC call where one can be had, else over SignalR. `signalr`: over SignalR alone. */
  @property() transport: Transport = "auto";

  /** What the assistant says first. */
  @property() greeting = "";

  /** What one may say, shown until something is said: a JSON array. Default: what the service's model suggests. */
  @property({ type: Array }) examples: string[] | null = null;

  /** `page` or `floating`. */
  @property({ reflect: true }) layout: "page" | "floating" = "page";

  @state() private suggested: string[] = [];
  /** What the service may have done by other models. */
  @state() private tools: string[] = [];
  @state() private conversation: Conversation = initialConversation;
  @state() private isExpanded = false;
  @state() private isSilenced = false;
  @state() private isShowing = false;
  @state() private draft = "";
  @state() private devices: MediaDeviceInfo[] = [];
  @state() private openEntries: ReadonlySet<number> = new Set();

  @query(".talk") private talk!: HTMLElement | null;
  @query("input") private input!: HTMLInputElement | null;

  private call: VoiceCall | null = null;
  private lastPhase: Phase = "idle";
  private lastLevelAt = 0;
  private isAtEnd = true;
  private readonly darkness = matchMedia("(prefers-color-scheme: dark)");

  /** What the conversation does now. */
  get phase(): Phase {
    return phaseOf(this.conversation);
  }

  /** Begins a conversation. Call it in the handler of a click, so that the browser allows sound. */
  async start(): Promise<void> {
    await this.begin(this.mode !== "text", null);
  }

  /** Ends the conversation. */
  end(): void {
    this.call?.hangUp();
    this.call = null;
  }

  /** Stops the reply. */
  interrupt(): void {
    this.call?.interrupt();
  }

  /** Says something in writing; begins a conversation if there is none. */
  async sendText(text: string): Promise<void> {
    if (text.trim() === "") return;
    if (!this.isLive) await this.begin(false, null);
    this.call?.sendText(text.trim());
  }

  /** Shows a picture, for what is asked next; begins a conversation if there is none. */
  async showImage(picture: Blob): Promise<void> {
    let shrunk;
    try {
      shrunk = await (await import("./image/shrink")).shrink(picture);
    } catch {
      this.dispatch({ type: "notice", code: "no_picture", message: this.strings.noPicture });
      return;
    }

    if (!this.isLive) await this.begin(false, null);
    this.call?.showImage(shrunk.mediaType, shrunk.content);
    this.dispatch({ type: "image", thumbnail: shrunk.thumbnail });
  }

  /** Mutes or unmutes the microphone. */
  setMuted(muted: boolean): void {
    this.call?.setMuted(muted);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.darkness.addEventListener("change", this.applyTheme);
    window.addEventListener("keydown", this.keyDown);
    window.addEventListener("keyup", this.keyUp);
    window.addEventListener("blur", this.releaseTalk);
    window.addEventListener("pagehide", this.keep);
    window.addEventListener("pageshow", this.comeBack);
    window.addEventListener("pointerdown", this.touch);
    navigator.mediaDevices?.addEventListener("devicechange", this.listDevices);
    void this.updateComplete.then(() => this.goOn());
    void this.updateComplete.then(() => this.learn());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.darkness.removeEventListener("change", this.applyTheme);
    window.removeEventListener("keydown", this.keyDown);
    window.removeEventListener("keyup", this.keyUp);
    window.removeEventListener("blur", this.releaseTalk);
    window.removeEventListener("pagehide", this.keep);
    window.removeEventListener("pageshow", this.comeBack);
    window.removeEventListener("pointerdown", this.touch);
    navigator.mediaDevices?.removeEventListener("devicechange", this.listDevices);
    this.end();
  }

  override render(): TemplateResult {
    if (this.layout !== "floating") return this.renderPanel();
    const strings = this.strings;
    return html`${this.isExpanded ? this.renderPanel() : nothing}
      <button class="launcher ${this.isExpanded ? "bare" : ""}" part="launcher" aria-expanded=${this.isExpanded} aria-label=${this.isExpanded ? strings.close : strings.open} @click=${this.toggleExpanded}>
        <voice-glm-orb .phase=${this.phase}></voice-glm-orb>${this.isExpanded ? nothing : html`<span>${strings.open}</span>`}
      </button>`;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("theme")) this.applyTheme();
    if (this.conversation.entries.some(({ kind }) => kind === "card")) void import("./cards/voice-glm-card");
    if (this.layout === "page") document.documentElement.lang = this.strings === stringsOf("zh") ? "zh" : "en";
    if (this.talk) this.isAtEnd = this.talk.scrollHeight - this.talk.scrollTop - this.talk.clientHeight < 80;
  }

  protected override updated(): void {
    if (this.talk && this.isAtEnd) this.talk.scrollTop = this.talk.scrollHeight;
  }

  /** A widget speaks the language of the page around it, the page that of the browser. */
  private get strings(): Strings {
    return stringsOf(this.lang || (this.layout === "floating" && document.documentElement.lang) || navigator.language);
  }

  private get isLive(): boolean {
    return ["connecting", "open", "lost"].includes(this.conversation.connection);
  }

  /** Whether pictures can be shown to the service. */
  private get canSee(): boolean {
    return this.tools.includes("look_at_image");
  }

  private get hubUrl(): string {
    return this.urlOf("voice");
  }

  private urlOf(path: string): string {
    const base = this.server || new URL(/* @vite-ignore */ ".", import.meta.url).href;
    return new URL(path, base.endsWith("/") ? base : `${base}/`).href;
  }

  private get storageKey(): string {
    return `voice-glm:${this.hubUrl}`;
  }

  private renderPanel(): TemplateResult {
    const { conversation, strings } = this;
    const isQuiet = conversation.entries.length === 0;
    return html`<section class="panel ${isQuiet ? "quiet" : ""}" part="panel" aria-label=${strings.title} @paste=${this.takeFrom} @drop=${this.takeFrom} @dragover=${allowDrop}>
      ${this.renderStage(isQuiet)}
      ${isQuiet
        ? nothing
        : html`<div class="talk" part="log" tabindex="0" aria-label=${strings.log}>${renderLog(conversation.entries, { strings, base: this.urlOf(""), open: this.openEntries, toggle: (id) => this.toggleTimings(id) })}</div>`}
      ${this.renderDock()}
    </section>`;
  }

  private renderStage(isQuiet: boolean): TemplateResult {
    const { conversation, strings, phase } = this;
    const isInvitation = isQuiet && phase === "idle";
    const isReading = phase === "listening" && conversation.microphone !== "on";
    return html`<div class="stage" part="stage">
      <voice-glm-orb part="orb" .phase=${phase}></voice-glm-orb>
      ${isInvitation ? html`<h1>${strings.invitation}</h1>` : nothing}
      <div class=${isInvitation ? "quiet-text" : "status"} part="status" role="status">${isReading ? strings.reading : strings.phases[phase]}</div>
      ${isInvitation ? html`<p class="hint">${this.mode === "text" ? strings.textHint : strings.hint}</p>` : html`<div class="detail">${this.renderDetail()}</div>`}
      ${this.isSilenced && this.isLive ? html`<button class="primary small" part="button" @click=${this.touch}>${strings.resumeSound}</button>` : nothing}
      ${this.isLive || this.mode === "text"
        ? nothing
        : html`<button class="primary" part="button start-button" @click=${() => void this.start()}>
            ${microphoneIcon}${conversation.connection === "idle" ? strings.start : strings.again}
          </button>`}
      ${isQuiet && this.mode !== "voice" ? this.renderExamples() : nothing}
    </div>`;
  }

  private renderExamples(): TemplateResult | typeof nothing {
    const examples = this.examples ?? this.suggested;
    if (examples.length === 0) return nothing;
    return html`<ul class="examples" part="examples" aria-label=${this.strings.examples}>
      ${examples.slice(0, 6).map((example) => html`<li><button part="example" @click=${() => void this.sendText(example)}>${example}</button></li>`)}
    </ul>`;
  }

  private renderDetail(): string | typeof nothing {
    const { conversation, strings, phase } = this;
    if (conversation.connection === "lost") return strings.reconnecting;
    if (phase === "queued") return strings.queue(conversation.queuePosition);
    if (conversation.microphone === "on" && (phase === "listening" || phase === "muted" || phase === "speaking") && matchMedia("(hover: hover)").matches) return strings.holdSpace;
    return nothing;
  }

  private renderDock(): TemplateResult {
    const { conversation, strings, phase } = this;
    const hasText = this.mode !== "voice";
    const isAnswering = phase === "speaking" || phase === "thinking";
    return html`<div class="dock" part="dock">
      ${this.renderNotice()}
      ${this.isShowing
        ? html`<voice-glm-camera .strings=${strings} @picture=${(event: CustomEvent<Blob>) => void this.showImage(event.detail)} @close=${() => (this.isShowing = false)}></voice-glm-camera>`
        : nothing}
      <div class="bar ${hasText ? "" : "voice-only"}">
        ${this.isLive && this.mode !== "text" ? this.renderMicrophoneButton() : nothing}
        ${hasText
          ? html`<form part="form" @submit=${this.submit}>
              <input part="input" type="text" maxlength="4000" autocomplete="off" enterkeyhint="send" aria-label=${strings.write} placeholder=${strings.write} .value=${this.draft} @input=${this.write} />
              <button class="send" part="send-button" type="submit" aria-label=${strings.send} ?disabled=${this.draft.trim() === ""}>${sendIcon}</button>
            </form>`
          : nothing}
        ${this.canSee ? html`<button class="round" part="picture-button" aria-label=${strings.showPicture} title=${strings.showPicture} @click=${this.openCamera}>${pictureIcon}</button>` : nothing}
        ${isAnswering ? html`<button class="round stop" part="stop-button" aria-label=${strings.stop} title=${strings.stop} @click=${() => this.interrupt()}>${stopIcon}</button>` : nothing}
        ${this.isLive ? html`<button class="round end" part="end-button" aria-label=${strings.hangUp} title=${strings.hangUp} @click=${() => this.end()}>${hangUpIcon}</button>` : nothing}
      </div>
      ${conversation.microphone === "on" && this.isLive && this.devices.length > 1
        ? html`<div class="below">
            <label class="quiet-text" for="device">${strings.microphone}</label>
            <select id="device" part="device-picker" @change=${this.pickDevice}>
              ${this.devices.map((device) => html`<option value=${device.deviceId} ?selected=${device.deviceId === this.call?.deviceId}>${device.label || strings.defaultMicrophone}</option>`)}
            </select>
          </div>`
        : nothing}
    </div>`;
  }

  private readonly openCamera = async (): Promise<void> => {
    await import("./image/voice-glm-camera");
    this.isShowing = true;
  };

  /** A picture that is pasted, or dropped. */
  private readonly takeFrom = (event: ClipboardEvent | DragEvent): void => {
    const data = "clipboardData" in event ? event.clipboardData : event.dataTransfer;
    const picture = [...(data?.files ?? [])].find(({ type }) => type.startsWith("image/"));
    if (!picture || !this.canSee) return;
    event.preventDefault();
    void this.showImage(picture);
  };

  private renderMicrophoneButton(): TemplateResult {
    const { conversation, strings } = this;
    if (conversation.microphone !== "on") {
      return html`<button class="round" part="microphone-button" aria-label=${strings.turnOnMicrophone} title=${strings.turnOnMicrophone} ?disabled=${conversation.microphone === "starting"} @click=${() => void this.call?.openMicrophone(null)}>
        ${mutedIcon}
      </button>`;
    }
    const label = conversation.muted ? strings.unmute : strings.mute;
    return html`<button class="round" part="mute-button" aria-pressed=${conversation.muted} aria-label=${label} title=${label} @click=${() => this.setMuted(!conversation.muted)}>
      ${conversation.muted ? mutedIcon : microphoneIcon}
    </button>`;
  }

  private renderNotice(): TemplateResult | typeof nothing {
    const { conversation, strings } = this;
    const { microphone, notice } = conversation;
    const message = (notice && (strings.endings[notice.code] ?? notice.message)) ?? (conversation.connection === "failed" ? strings.lost : isFault(microphone) ? strings.microphoneFaults[microphone] : null);
    if (message === null) return nothing;
    return html`<div class="notice" part="notice" role="alert">
      <span>${message}</span>
      ${notice ? html`<button aria-label=${strings.dismiss} @click=${() => this.dispatch({ type: "dismissed" })}>${hangUpIcon}</button>` : nothing}
    </div>`;
  }

  private async begin(withMicrophone: boolean, kept: Keepsake | null): Promise<void> {
    if (this.isLive) return;
    this.call?.leave();
    const settings = { language: this.strings === stringsOf("zh") ? "zh" : "en", ...(this.greeting ? { greeting: this.greeting } : {}) };
    const call = new VoiceCall({
      url: this.hubUrl,
      settings,
      speaker: this.mode !== "text",
      transport: this.transport,
      resume: kept?.resume ?? null,
      dispatch: (event) => call === this.call && this.dispatch(event),
      hear: (who, level) => this.hear(who, level),
    });
    this.call = call;
    this.announce("start", {});
    await call.start(withMicrophone);
    this.isSilenced = call.isSilenced;
    await this.listDevices();
  }

  private dispatch(event: ConversationEvent): void {
    const before = this.conversation;
    this.conversation = reduce(before, event);
    this.announcePhase();
    switch (event.type) {
      case "user_text":
        this.announce("message", { speaker: "user", text: event.text, interrupted: false });
        break;
      case "speech_stopped":
        this.announce("message", { speaker: "user", text: null, interrupted: false });
        break;
      case "response_done":
        this.announce("message", { speaker: "assistant", text: event.heardText, interrupted: event.status === "cancelled" });
        break;
      case "card":
        this.announce("card", { id: event.id, card: event.card });
        break;
      case "refused":
        this.announce("error", { code: event.code, message: event.message });
        break;
      case "microphone":
        if (isFault(event.state)) this.announce("error", { code: `microphone_${event.state}`, message: this.strings.microphoneFaults[event.state] });
        break;
      case "connection":
        if (event.status === "failed") this.announce("error", { code: "connection", message: this.strings.lost });
        if ((event.status === "closed" || event.status === "failed") && before.connection !== event.status) this.announce("end", {});
        break;
    }
  }

  // At once, not when it is shown: two states may come before the next picture, and both are told.
  private announcePhase(): void {
    const { phase } = this;
    if (phase === this.lastPhase) return;
    this.lastPhase = phase;
    this.announce("state", { state: phase });
  }

  private announce(name: string, detail: object): void {
    this.dispatchEvent(new CustomEvent(`voice-glm:${name}`, { detail, bubbles: true, composed: true }));
  }

  private hear(who: "user" | "assistant", level: number): void {
    const isAnswering = this.phase === "speaking";
    if (isAnswering === (who === "assistant")) {
      for (const orb of this.renderRoot.querySelectorAll<VoiceGlmOrb>("voice-glm-orb")) orb.level = level;
    }
    if (who === "user" && this.conversation.activity === "user_speaking" && performance.now() - this.lastLevelAt > 100) {
      this.lastLevelAt = performance.now();
      this.dispatch({ type: "level", level });
    }
    if (this.isSilenced) this.isSilenced = this.call?.isSilenced ?? false;
  }

  /** Goes on with the conversation that this tab had before it was loaded again. */
  private goOn(): void {
    const kept = sessionStorage.getItem(this.storageKey);
    if (kept === null) return;
    sessionStorage.removeItem(this.storageKey);
    const keepsake = JSON.parse(kept) as Keepsake;
    this.conversation = { ...keepsake.conversation, connection: "idle", microphone: "off", muted: false, talking: false };
    this.isExpanded = true;
    void this.begin(keepsake.microphone, keepsake);
  }

  /** Asks what one may say here. A service that does not know is not asked again. */
  private async learn(): Promise<void> {
    try {
      const response = await fetch(this.urlOf("about"));
      if (!response.ok) return;
      const { examples, tools } = (await response.json()) as { examples: string[]; tools?: string[] };
      this.suggested = examples;
      this.tools = tools ?? [];
    } catch {
      // Without suggestions one can talk as well.
    }
  }

  private readonly keep = (): void => {
    const resume = this.call?.resumePoint;
    if (!resume || !this.call) return;
    const keepsake: Keepsake = { resume, conversation: this.conversation, microphone: this.call.hasMicrophone };
    try {
      sessionStorage.setItem(this.storageKey, JSON.stringify(keepsake));
    } catch {
      // Pictures fill the tab's room: without them the words are kept.
      const entries = keepsake.conversation.entries.filter(({ kind }) => kind !== "image");
      sessionStorage.setItem(this.storageKey, JSON.stringify({ ...keepsake, conversation: { ...keepsake.conversation, entries } }));
    }

    this.call.leave();
  };

  /** The browser had put the page away whole, and shows it again. */
  private readonly comeBack = (event: PageTransitionEvent): void => {
    if (event.persisted) this.goOn();
  };

  private readonly applyTheme = (): void => {
    this.toggleAttribute("data-dark", this.theme === "dark" || (this.theme !== "light" && this.darkness.matches));
  };

  private readonly listDevices = async (): Promise<void> => {
    this.devices = this.call?.hasMicrophone ? await Microphone.devices() : [];
  };

  private readonly touch = async (): Promise<void> => {
    if (!this.isSilenced) return;
    await this.call?.resumeSound();
    this.isSilenced = this.call?.isSilenced ?? false;
  };

  private readonly keyDown = (event: KeyboardEvent): void => {
    if (this.layout === "floating" && !this.isExpanded) return;
    if (event.key === "Escape") {
      if (this.phase === "speaking" || this.phase === "thinking") this.interrupt();
      else if (this.layout === "floating") this.toggleExpanded();
      return;
    }
    if (event.code !== "Space" || event.repeat || isOperable(event.composedPath()[0]) || !this.call?.hasMicrophone) return;
    event.preventDefault();
    this.call.setTalking(true);
  };

  private readonly keyUp = (event: KeyboardEvent): void => {
    if (event.code === "Space") this.call?.setTalking(false);
  };

  private readonly releaseTalk = (): void => this.call?.setTalking(false);

  private readonly submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const text = this.draft;
    this.draft = "";
    void this.sendText(text);
  };

  private readonly write = (event: InputEvent): void => {
    this.draft = (event.target as HTMLInputElement).value;
  };

  private readonly pickDevice = async (event: Event): Promise<void> => {
    await this.call?.openMicrophone((event.target as HTMLSelectElement).value);
  };

  private readonly toggleExpanded = (): void => {
    this.isExpanded = !this.isExpanded;
    if (this.isExpanded) void this.updateComplete.then(() => (this.renderRoot.querySelector<HTMLElement>(".primary") ?? this.input)?.focus());
    else this.renderRoot.querySelector<HTMLElement>(".launcher")?.focus();
  };

  private toggleTimings(id: number): void {
    const open = new Set(this.openEntries);
    if (!open.delete(id)) open.add(id);
    this.openEntries = open;
  }
}

/** Whether a key pressed there belongs to what has the focus. */
function isOperable(target: EventTarget | undefined): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT", "BUTTON", "A"].includes(target.tagName));
}

/** Without this a browser opens what is dropped. */
function allowDrop(event: DragEvent): void {
  if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
}
