import { LitElement, css, html, type PropertyValues } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Phase } from "../conversation";

/** How lively each phase is: speed of the drift, depth of the waves, and how much sound adds. */
const moods: Record<Phase, { speed: number; depth: number; sound: number; calm: number }> = {
  idle: { speed: 0.35, depth: 0.035, sound: 0, calm: 1 },
  connecting: { speed: 1.6, depth: 0.05, sound: 0, calm: 0.85 },
  queued: { speed: 0.5, depth: 0.04, sound: 0, calm: 0.85 },
  listening: { speed: 0.55, depth: 0.045, sound: 1, calm: 1 },
  hearing: { speed: 1, depth: 0.06, sound: 1.6, calm: 1 },
  thinking: { speed: 2.4, depth: 0.08, sound: 0, calm: 0.92 },
  speaking: { speed: 1.1, depth: 0.06, sound: 1.8, calm: 1.05 },
  muted: { speed: 0.2, depth: 0.02, sound: 0, calm: 0.9 },
  ended: { speed: 0.2, depth: 0.02, sound: 0, calm: 0.85 },
  error: { speed: 0.15, depth: 0.02, sound: 0, calm: 0.85 },
};

/** The orb that shows who speaks, and how loud. Decoration: the words beside it say the same. */
@customElement("voice-glm-orb")
export class VoiceGlmOrb extends LitElement {
  static override styles = css`
    :host {
      display: block;
      aspect-ratio: 1;
    }
    canvas {
      display: block;
      width: 100%;
      height: 100%;
    }
  `;

  @property() phase: Phase = "idle";

  /** Loudness in [0, 1] of whoever speaks; read at each frame. */
  level = 0;

  private frame = 0;
  private time = 0;
  private last = 0;
  private shown = { level: 0, speed: 0.35, depth: 0.035, calm: 1 };
  private colors = ["#6f8cff", "#a27bff", "#4fd1d9"];
  private canvas: HTMLCanvasElement | null = null;
  private readonly stillness = matchMedia("(prefers-reduced-motion: reduce)");

  override render() {
    return html`<canvas aria-hidden="true"></canvas>`;
  }

  override firstUpdated(): void {
    this.canvas = this.renderRoot.querySelector("canvas");
  }

  override updated(_changed: PropertyValues<this>): void {
    const style = getComputedStyle(this);
    const grey = this.phase === "muted" || this.phase === "ended";
    this.colors = ["a", "b", "c"].map((name) => style.getPropertyValue(grey ? `--orb-grey-${name}` : this.phase === "error" ? `--orb-error-${name}` : `--orb-${name}`).trim() || "#888");
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.frame = requestAnimationFrame(this.draw);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    cancelAnimationFrame(this.frame);
  }

  private readonly draw = (now: number): void => {
    this.frame = requestAnimationFrame(this.draw);
    const canvas = this.canvas;
    const context = canvas?.getContext("2d");
    const width = this.clientWidth;
    if (!canvas || !context || width === 0) return;
    const scale = Math.min(2, devicePixelRatio || 1);
    const size = Math.round(width * scale);
    if (canvas.width !== size) canvas.width = canvas.height = size;

    const elapsed = Math.min(0.1, (now - this.last) / 1000);
    this.last = now;
    const mood = moods[this.phase];
    const ease = 1 - Math.exp(-elapsed * 6);
    const target = Math.min(1, Math.sqrt(Math.max(0, this.level)) * 1.5) * mood.sound;
    this.shown.level += (target - this.shown.level) * (1 - Math.exp(-elapsed * (target > this.shown.level ? 26 : 8)));
    this.shown.speed += (mood.speed - this.shown.speed) * ease;
    this.shown.depth += (mood.depth - this.shown.depth) * ease;
    this.shown.calm += (mood.calm - this.shown.calm) * ease;
    if (!this.stillness.matches) this.time += elapsed * this.shown.speed;

    context.clearRect(0, 0, size, size);
    const radius = size * 0.33 * this.shown.calm * (1 + 0.12 * this.shown.level);
    this.glow(context, size, radius);
    for (let layer = 0; layer < 3; layer++) this.blob(context, size / 2, radius, layer);
    this.light(context, size / 2, radius);
  };

  private glow(context: CanvasRenderingContext2D, size: number, radius: number): void {
    const gradient = context.createRadialGradient(size / 2, size / 2, radius * 0.7, size / 2, size / 2, size / 2);
    gradient.addColorStop(0, fade(this.colors[1]!, 0.26 + 0.2 * this.shown.level));
    gradient.addColorStop(1, fade(this.colors[1]!, 0));
    context.fillStyle = gradient;
    context.fillRect(0, 0, size, size);
  }

  private blob(context: CanvasRenderingContext2D, center: number, radius: number, layer: number): void {
    const t = this.time * 1.3 + layer * 2.1;
    const depth = this.shown.depth + 0.1 * this.shown.level;
    context.beginPath();
    for (let i = 0; i <= 96; i++) {
      const angle = (i / 96) * 2 * Math.PI;
      const wave = Math.sin(2 * angle + t) + 0.7 * Math.sin(3 * angle - 1.4 * t + layer) + 0.4 * Math.sin(5 * angle + 2.2 * t);
      const r = radius * (1 - 0.05 * layer + depth * 0.5 * wave);
      context.lineTo(center + r * Math.cos(angle), center + r * Math.sin(angle));
    }
    context.closePath();
    const x = center + radius * 0.45 * Math.cos(t * 0.8 + layer * 2);
    const y = center + radius * 0.45 * Math.sin(t * 0.8 + layer * 2);
    const gradient = context.createRadialGradient(x, y, radius * 0.05, center, center, radius * 1.25);
    gradient.addColorStop(0, fade(this.colors[layer]!, 0.95));
    gradient.addColorStop(0.65, fade(this.colors[(layer + 1) % 3]!, 0.55));
    gradient.addColorStop(1, fade(this.colors[(layer + 1) % 3]!, 0.08));
    context.fillStyle = gradient;
    context.fill();
  }

  private light(context: CanvasRenderingContext2D, center: number, radius: number): void {
    const gradient = context.createRadialGradient(center - radius * 0.35, center - radius * 0.45, 0, center - radius * 0.35, center - radius * 0.45, radius * 0.9);
    gradient.addColorStop(0, "rgba(255,255,255,0.5)");
    gradient.addColorStop(1, "rgba(255,255,255,0)");
    context.fillStyle = gradient;
    context.beginPath();
    context.arc(center, center, radius * 0.9, 0, 2 * Math.PI);
    context.fill();
  }
}

/** A `#rrggbb` with an opacity. */
function fade(color: string, opacity: number): string {
  const value = Number.parseInt(color.slice(1), 16);
  return `rgba(${value >> 16},${(value >> 8) & 255},${value & 255},${opacity})`;
}
