/** Changes the sample rate of a stream by windowed-sinc interpolation. Chunked equals whole. */
export class Resampler {
  private static readonly phases = 256;
  /** Input samples per output sample, as a fraction in lowest terms: exact, however long the stream. */
  private readonly numerator: number;
  private readonly denominator: number;
  private readonly half: number;
  private readonly table: Float32Array;
  private history: Float32Array;
  private length = 0;
  /** Place of the next output sample in `history`: a sample, and parts of one in `denominator`ths. */
  private at: number;
  private parts = 0;

  /**
   * @param from Input rate in hertz.
   * @param to Output rate in hertz.
   * @param zeroCrossings Half width of the filter in periods of its cutoff: 16 give a transition of about a tenth of the band.
   */
  constructor(from: number, to: number, zeroCrossings = 16) {
    const divisor = greatestCommonDivisor(from, to);
    this.numerator = from / divisor;
    this.denominator = to / divisor;
    const cutoff = Math.min(1, to / from) * 0.94;
    this.half = Math.ceil(zeroCrossings / cutoff);
    this.table = Resampler.filter(this.half, cutoff);
    this.history = new Float32Array(4096);
    this.length = this.half - 1; // As if silence had gone before, so that the first output sits on the first input.
    this.at = this.half - 1;
  }

  /** Takes input and returns the output that it completes. */
  process(input: Float32Array): Float32Array {
    this.append(input);
    return this.produce(this.length - this.half);
  }

  /** Returns what is held back for want of later input, as if silence followed; the stream begins anew. */
  drain(): Float32Array {
    const end = this.length;
    this.append(new Float32Array(this.half));
    const output = this.produce(end);
    this.history.fill(0, 0, this.half);
    this.length = this.half - 1;
    this.at = this.half - 1;
    this.parts = 0;
    return output;
  }

  /** Makes the output that lies before `end`, in input samples. */
  private produce(end: number): Float32Array {
    const { history, table, half, numerator, denominator } = this;
    const output = new Float32Array(Math.max(0, Math.ceil(((end - this.at) * denominator - this.parts) / numerator)));
    const taps = 2 * half;
    for (let i = 0; i < output.length; i++) {
      const phase = (this.parts / denominator) * Resampler.phases;
      const row = Math.floor(phase);
      const blend = phase - row;
      const first = this.at - half + 1;
      let sum = 0;
      for (let k = 0, a = row * taps, b = a + taps; k < taps; k++, a++, b++) {
        sum += history[first + k]! * (table[a]! + blend * (table[b]! - table[a]!));
      }
      output[i] = sum;
      this.parts += numerator;
      this.at += Math.floor(this.parts / denominator);
      this.parts %= denominator;
    }
    const drop = Math.max(0, Math.min(this.at - half + 1, this.length));
    history.copyWithin(0, drop, this.length);
    this.length -= drop;
    this.at -= drop;
    return output;
  }

  private append(input: Float32Array): void {
    if (this.length + input.length > this.history.length) {
      const larger = new Float32Array(2 * (this.length + input.length));
      larger.set(this.history.subarray(0, this.length));
      this.history = larger;
    }
    this.history.set(input, this.length);
    this.length += input.length;
  }

  /** One row per phase, and one more so that a blend has a neighbour: Blackman-windowed sinc, each row summing to one. */
  private static filter(half: number, cutoff: number): Float32Array {
    const taps = 2 * half;
    const table = new Float32Array((Resampler.phases + 1) * taps);
    for (let phase = 0; phase <= Resampler.phases; phase++) {
      const row = table.subarray(phase * taps, (phase + 1) * taps);
      let sum = 0;
      for (let k = 0; k < taps; k++) {
        const x = k - half + 1 - phase / Resampler.phases;
        const angle = (Math.PI * x) / half;
        const window = Math.abs(x) >= half ? 0 : 0.42 + 0.5 * Math.cos(angle) + 0.08 * Math.cos(2 * angle);
        row[k] = window * (x === 0 ? 1 : Math.sin(Math.PI * cutoff * x) / (Math.PI * cutoff * x));
        sum += row[k]!;
      }
      for (let k = 0; k < taps; k++) row[k]! /= sum;
    }
    return table;
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
