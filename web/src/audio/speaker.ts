import type { PlaybackCommand, PlaybackNotice } from "./playback.worklet";
import playbackUrl from "./playback.worklet.ts?worker&url";

/** Plays replies, and says what of them was really played. */
export class Speaker {
  private constructor(private readonly worklet: AudioWorkletNode) {}

  static async open(context: AudioContext, receive: (notice: PlaybackNotice) => void): Promise<Speaker> {
    await context.audioWorklet.addModule(playbackUrl);
    const worklet = new AudioWorkletNode(context, "voice-glm-playback", { numberOfInputs: 0, outputChannelCount: [1] });
    worklet.port.onmessage = ({ data }: MessageEvent<PlaybackNotice>) => receive(data);
    worklet.connect(context.destination);
    return new Speaker(worklet);
  }

  push(turn: number, position: number, rate: number, pcm: Int16Array): void {
    this.tell({ type: "push", turn, position, rate, pcm }, [pcm.buffer as ArrayBuffer]);
  }

  /** Plays a reply more softly, or as before; ramped. */
  setGain(turn: number, gain: number): void {
    this.tell({ type: "gain", turn, gain });
  }

  /** Silences a reply; the notice `flushed` says where. */
  flush(turn: number): void {
    this.tell({ type: "flush", turn });
  }

  reset(): void {
    this.tell({ type: "reset" });
  }

  close(): void {
    this.worklet.port.onmessage = null;
    this.worklet.disconnect();
  }

  private tell(command: PlaybackCommand, transfer: Transferable[] = []): void {
    this.worklet.port.postMessage(command, transfer);
  }
}
