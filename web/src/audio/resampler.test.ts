import { describe, expect, test } from "vitest";
import { Resampler } from "./resampler";

function tone(hertz: number, rate: number, seconds: number): Float32Array {
  return Float32Array.from({ length: Math.round(rate * seconds) }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / rate));
}

function resample(input: Float32Array, from: number, to: number, chunk = input.length): Float32Array {
  const resampler = new Resampler(from, to);
  const parts: number[] = [];
  for (let start = 0; start < input.length; start += chunk) parts.push(...resampler.process(input.subarray(start, start + chunk)));
  parts.push(...resampler.drain());
  return Float32Array.from(parts);
}

/** Greatest difference, leaving out the edges where silence begins. */
function worst(actual: Float32Array, expected: Float32Array, edge: number): number {
  let most = 0;
  for (let i = edge; i < Math.min(actual.length, expected.length) - edge; i++) most = Math.max(most, Math.abs(actual[i]! - expected[i]!));
  return most;
}

describe.each([
  [48_000, 16_000],
  [44_100, 16_000],
  [16_000, 48_000],
  [22_050, 48_000],
  [22_050, 44_100],
  [24_000, 48_000],
  [16_000, 16_000],
])("%i Hz to %i Hz", (from, to) => {
  test("a tone stays that tone, in its place", () => {
    expect(worst(resample(tone(1_000, from, 0.25), from, to), tone(1_000, to, 0.25), 200)).toBeLessThan(2e-3);
  });

  test("the length is that of the input", () => {
    expect(Math.abs(resample(tone(440, from, 0.5), from, to).length - to / 2)).toBeLessThanOrEqual(1);
  });

  test.each([1, 7, 128, 441])("chunks of %i equal the whole", (chunk) => {
    const input = tone(700, from, 0.05);
    const whole = resample(input, from, to);
    const chunked = resample(input, from, to, chunk);
    expect(chunked.length).toBe(whole.length);
    expect(worst(chunked, whole, 0)).toBeLessThan(1e-6);
  });

  test("a constant stays constant", () => {
    const output = resample(new Float32Array(from / 10).fill(0.5), from, to);
    expect(worst(output, new Float32Array(output.length).fill(0.5), 200)).toBeLessThan(1e-5);
  });
});

test("What the lower rate cannot hold is gone", () => {
  const output = resample(tone(11_000, 48_000, 0.2), 48_000, 16_000).subarray(200, -200);
  expect(Math.max(...output.map(Math.abs))).toBeLessThan(2e-3);
});

test("A second use after a drain equals the first", () => {
  const resampler = new Resampler(22_050, 48_000);
  const input = tone(500, 22_050, 0.02);
  const use = (): number[] => [...resampler.process(input), ...resampler.drain()];
  expect(use()).toEqual(use());
});
