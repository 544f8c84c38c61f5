import { Resampler } from "./resampler";

/** How much of a reply has left the player. */
export interface PlayedReport {
  turn: number;
  position: number;
}

/** One reply: what of it has come and is not played yet, at the rate of the output. */
class Reply {
  readonly resampler: Resampler;
  private queue: Float32Array[] = [];
  private offset = 0;
  buffered = 0;
  /** Position after the last sample that came, and the position from which `played` counts. */
  received: number;
  private base: number;
  private played = 0;
  private isDrained = true;
  gain = 1;

  constructor(readonly turn: number, position: number, private readonly rate: number, private readonly outputRate: number) {
    this.resampler = new Resampler(rate, outputRate);
    this.received = position;
    this.base = position;
  }

  /** Position that has left the player, at the reply's own rate. */
  get position(): number {
    if (this.buffered === 0 && this.isDrained) return this.received;
    return Math.min(this.received, this.base + Math.floor((this.played * this.rate) / this.outputRate));
  }

  push(position: number, samples: Float32Array): void {
    if (position < this.received) samples = samples.subarray(Math.min(this.received - position, samples.length));
    else if (position > this.received && this.buffered === 0) this.restart(position);
    if (samples.length === 0) return;
    if (this.isDrained) this.restart(this.received);
    this.received += samples.length;
    this.enqueue(this.resampler.process(samples));
    this.isDrained = false;
  }

  /** Nothing more came in time: what the resampler holds back is played too. */
  drain(): void {
    if (this.isDrained) return;
    this.enqueue(this.resampler.drain());
    this.isDrained = true;
  }

  shift(): number {
    const head = this.queue[0]!;
    const sample = head[this.offset++]!;
    if (this.offset === head.length) {
      this.queue.shift();
      this.offset = 0;
    }
    this.buffered--;
    this.played++;
    return sample;
  }

  private restart(position: number): void {
    this.base = position;
    this.received = position;
    this.played = 0;
  }

  private enqueue(samples: Float32Array): void {
    if (samples.length === 0) return;
    this.queue.push(samples);
    this.buffered += samples.length;
  }
}

/**
 * Plays replies one after another, as they arrive. Waits before it begins for as long as arrivals have been uneven, ramps the gain,
 * goes silent on a flush within one block, and knows to the sample what has left. No clock and no browser: `render` is the clock.
 */
export class Playback {
  private static readonly minimumWait = 0.04;
  private readonly replies: Reply[] = [];
  private waiting = true;
  private waited = 0;
  private starvedTurn = -1;
  private steady = 0;
  private gain = 1;
  private fading = 0;
  private lastSample = 0;
  private readonly flushed = new Set<number>();
  private readonly finished: PlayedReport[] = [];

  /** Seconds that are gathered before a reply begins. */
  wait = 0.06;
  /** Times that sound came too late, since the beginning. */
  underruns = 0;
  /** Root mean square of the block rendered last. */
  level = 0;

  /**
   * @param outputRate Samples per second of `render`.
   * @param maximumWait Seconds; less than the sender sends ahead, or both would wait for one another.
   */
  constructor(private readonly outputRate: number, private readonly maximumWait = 0.2) {}

  /** Whether anything is left to play. */
  get isPlaying(): boolean {
    return this.replies.some((reply) => reply.buffered > 0);
  }

  push(turn: number, position: number, rate: number, samples: Float32Array): void {
    if (this.flushed.has(turn)) return;
    let reply = this.replies.find((candidate) => candidate.turn === turn);
    if (!reply) {
      reply = new Reply(turn, position, rate, this.outputRate);
      this.replies.push(reply);
      if (this.replies.length === 1) this.rest();
    }
    if (turn === this.starvedTurn) {
      // It was no end: more came, too late.
      this.underruns++;
      this.steady = 0;
      this.wait = Math.min(this.maximumWait, this.wait * 1.5);
      this.starvedTurn = -1;
    }
    reply.push(position, samples);
  }

  /** Plays a reply with this factor from now on. */
  setGain(turn: number, gain: number): void {
    const reply = this.replies.find((candidate) => candidate.turn === turn);
    if (reply) reply.gain = gain;
  }

  /** Silences a reply for good. @returns The position that has left the player. */
  flush(turn: number): number {
    this.flushed.add(turn);
    if (this.flushed.size > 16) this.flushed.delete(this.flushed.values().next().value!);
    const index = this.replies.findIndex((candidate) => candidate.turn === turn);
    if (index < 0) return 0;
    const [reply] = this.replies.splice(index, 1);
    if (index === 0) {
      this.fading = this.lastSample;
      this.rest();
    }
    return reply!.position;
  }

  /** Forgets everything, for another session. */
  reset(): void {
    this.replies.length = 0;
    this.flushed.clear();
    this.rest();
  }

  /** Replies that gave way to the next one, each once. */
  takeFinished(): PlayedReport[] {
    return this.finished.splice(0);
  }

  /** Where the reply that plays, or played last, stands. */
  get report(): PlayedReport | null {
    const reply = this.replies[0];
    return reply ? { turn: reply.turn, position: reply.position } : null;
  }

  /** Writes the next block. */
  render(output: Float32Array): void {
    // Reaches 95 % of a new gain in 30 ms, so that ducking is smooth.
    const ramp = 1 - Math.exp(-3 / (0.03 * this.outputRate));
    let energy = 0;
    for (let i = 0; i < output.length; i++) {
      const reply = this.current();
      let sample = 0;
      if (reply) {
        this.gain += (reply.gain - this.gain) * ramp;
        sample = reply.shift() * this.gain;
      }
      // A flush lets the last value die away within a block instead of clicking.
      if (this.fading !== 0) {
        sample += this.fading;
        this.fading = Math.abs(this.fading) < 1e-4 ? 0 : this.fading * 0.94;
      }
      this.lastSample = sample;
      output[i] = sample;
      energy += sample * sample;
    }
    this.level = Math.sqrt(energy / output.length);
  }

  /** The reply to take a sample from, or none. */
  private current(): Reply | null {
    let reply = this.replies[0];
    if (!reply) return null;
    if (reply.buffered === 0) reply.drain();
    if (reply.buffered === 0 && this.replies.length > 1) {
      this.finished.push({ turn: reply.turn, position: reply.position });
      this.replies.shift();
      this.starvedTurn = -1;
      this.rest();
      reply = this.replies[0]!;
    }
    if (this.waiting) {
      if (reply.buffered === 0) return null;
      const enough = this.wait * this.outputRate;
      if (reply.buffered < enough && this.waited++ < enough) return null;
      this.waiting = false;
    }
    if (reply.buffered === 0) {
      // The end of the reply, or sound that is late: the next arrival tells.
      this.starvedTurn = reply.turn;
      this.rest();
      return null;
    }
    if (++this.steady > 10 * this.outputRate) {
      this.steady = 0;
      this.wait = Math.max(Playback.minimumWait, this.wait * 0.8);
    }
    return reply;
  }

  private rest(): void {
    this.waiting = true;
    this.waited = 0;
    this.gain = this.replies[0]?.gain ?? 1;
  }
}
