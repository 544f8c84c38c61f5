import { Playback } from "./playback";

/** What the page tells the player. */
export type PlaybackCommand =
  | { type: "push"; turn: number; position: number; rate: number; pcm: Int16Array }
  | { type: "gain"; turn: number; gain: number }
  | { type: "flush"; turn: number }
  | { type: "reset" };

/** What the player tells the page. */
export type PlaybackNotice =
  | { type: "played"; turn: number; position: number; level: number; underruns: number }
  | { type: "flushed"; turn: number; position: number }
  | { type: "started"; turn: number };

declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

/** Blocks of 128 samples between two reports: about 40 ms. */
const reportEvery = Math.round((0.04 * sampleRate) / 128);

class PlaybackProcessor extends AudioWorkletProcessor {
  private readonly playback = new Playback(sampleRate);
  private blocks = 0;
  private reported = "";
  private sounding = -1;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<PlaybackCommand>) => this.obey(data);
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const [first, ...others] = outputs[0]!;
    if (!first) return true;
    this.playback.render(first);
    for (const other of others) other.set(first);
    for (const last of this.playback.takeFinished()) this.report(last.turn, last.position);
    const report = this.playback.report;
    if (report && this.playback.level > 0 && report.turn !== this.sounding) {
      this.sounding = report.turn;
      this.tell({ type: "started", turn: report.turn });
    }
    if (++this.blocks % reportEvery === 0 && report) this.report(report.turn, report.position);
    return true;
  }

  private obey(command: PlaybackCommand): void {
    switch (command.type) {
      case "push": {
        const samples = new Float32Array(command.pcm.length);
        for (let i = 0; i < samples.length; i++) samples[i] = command.pcm[i]! / 32768;
        this.playback.push(command.turn, command.position, command.rate, samples);
        break;
      }
      case "gain":
        this.playback.setGain(command.turn, command.gain);
        break;
      case "flush":
        this.tell({ type: "flushed", turn: command.turn, position: this.playback.flush(command.turn) });
        break;
      case "reset":
        this.playback.reset();
        break;
    }
  }

  /** Says where the reply stands, once for each place. */
  private report(turn: number, position: number): void {
    const place = `${turn}:${position}`;
    if (place === this.reported && this.playback.level === 0) return;
    this.reported = place;
    this.tell({ type: "played", turn, position, level: this.playback.level, underruns: this.playback.underruns });
  }

  private tell(notice: PlaybackNotice): void {
    this.port.postMessage(notice);
  }
}

registerProcessor("voice-glm-playback", PlaybackProcessor);
