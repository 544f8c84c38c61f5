import { Resampler } from "./resampler";

/** 20 ms of the microphone, 16 kHz PCM16, and how loud they are. */
export interface CapturedFrame {
  pcm: Uint8Array;
  level: number;
}

declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

const frameSamples = 320;

class CaptureProcessor extends AudioWorkletProcessor {
  private readonly resampler = new Resampler(sampleRate, 16_000);
  private frame = new Int16Array(frameSamples);
  private filled = 0;
  private energy = 0;

  process(inputs: Float32Array[][]): boolean {
    const input = inputs[0]?.[0];
    if (!input) return true;
    for (const sample of this.resampler.process(input)) {
      this.frame[this.filled++] = Math.max(-32768, Math.min(32767, Math.round(sample * 32767)));
      this.energy += sample * sample;
      if (this.filled === frameSamples) this.post();
    }
    return true;
  }

  private post(): void {
    const captured: CapturedFrame = { pcm: new Uint8Array(this.frame.buffer), level: Math.sqrt(this.energy / frameSamples) };
    this.port.postMessage(captured, [captured.pcm.buffer as ArrayBuffer]);
    this.frame = new Int16Array(frameSamples);
    this.filled = 0;
    this.energy = 0;
  }
}

registerProcessor("voice-glm-capture", CaptureProcessor);
