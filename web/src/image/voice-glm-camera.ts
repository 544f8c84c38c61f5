import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Strings } from "../ui/strings";

/**
 * Where a picture comes from: the camera, or a file. Loaded when it is first asked for.
 *
 * @fires picture - `detail` is a Blob.
 * @fires close - Nothing more is wanted.
 */
@customElement("voice-glm-camera")
export class VoiceGlmCamera extends LitElement {
  static override styles = css`
    dialog {
      width: min(560px, calc(100vw - 32px));
      padding: 16px;
      border: 1px solid var(--line);
      border-radius: 18px;
      background: var(--surface);
      color: var(--text);
      font: inherit;
    }

    dialog::backdrop {
      background: rgb(0 0 0 / 45%);
    }

    video {
      display: block;
      width: 100%;
      aspect-ratio: 4 / 3;
      border-radius: 12px;
      background: #000;
      object-fit: cover;
    }

    .bar {
      display: flex;
      flex-wrap: wrap;
      gap: 8px;
      margin-top: 12px;
    }

    button,
    label {
      display: inline-flex;
      align-items: center;
      min-height: 44px;
      padding: 0 16px;
      border: 1px solid var(--line);
      border-radius: 22px;
      background: none;
      color: inherit;
      font: inherit;
      cursor: pointer;
    }

    .primary {
      border-color: transparent;
      background: var(--accent);
      color: var(--on-accent);
    }

    input {
      position: absolute;
      opacity: 0;
      width: 1px;
      height: 1px;
    }

    label:focus-within,
    :focus-visible {
      outline: 2px solid var(--accent);
      outline-offset: 2px;
    }

    .close {
      margin-inline-start: auto;
    }
  `;

  @property({ attribute: false }) strings!: Strings;

  @state() private camera: "starting" | "on" | "none" = "starting";

  @query("dialog") private dialog!: HTMLDialogElement;
  @query("video") private video!: HTMLVideoElement | null;

  private stream: MediaStream | null = null;

  override render(): TemplateResult {
    const { strings, camera } = this;
    return html`<dialog aria-label=${strings.showPicture} @close=${this.close} @keydown=${(event: KeyboardEvent) => event.stopPropagation()}>
      ${camera === "none" ? html`<p>${strings.noCamera}</p>` : html`<video autoplay muted playsinline aria-label=${strings.cameraView}></video>`}
      <div class="bar">
        ${camera === "none" ? nothing : html`<button class="primary" ?disabled=${camera !== "on"} @click=${() => void this.snap()}>${strings.takePicture}</button>`}
        <label><input type="file" accept="image/*" @change=${this.choose} />${strings.chooseFile}</label>
        <button class="close" @click=${() => this.dialog.close()}>${strings.close}</button>
      </div>
    </dialog>`;
  }

  protected override firstUpdated(): void {
    this.dialog.showModal();
    void this.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop();
  }

  private async start(): Promise<void> {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1_280 } } });
      this.stream = stream;
      if (!this.isConnected) return this.stop();
      this.video!.srcObject = stream;
      await this.video!.play();
      this.camera = "on";
    } catch {
      // None, or not allowed: a file does as well.
      this.camera = "none";
    }
  }

  private async snap(): Promise<void> {
    const { video } = this;
    if (!video?.videoWidth) return;
    const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
    canvas.getContext("2d")!.drawImage(video, 0, 0);
    this.give(await canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 }));
  }

  private readonly choose = (event: Event): void => {
    const [file] = (event.target as HTMLInputElement).files ?? [];
    if (file) this.give(file);
  };

  private give(picture: Blob): void {
    this.dispatchEvent(new CustomEvent("picture", { detail: picture }));
    this.dialog.close();
  }

  private readonly close = (): void => {
    this.stop();
    this.dispatchEvent(new CustomEvent("close"));
  };

  private stop(): void {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
  }
}
