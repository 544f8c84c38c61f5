import { describe, expect, test } from "vitest";
import { Playback } from "./playback";

const rate = 16_000;
const outputRate = 48_000;

function play(playback: Playback, seconds: number): Float32Array {
  const output = new Float32Array(Math.round((seconds * outputRate) / 128) * 128);
  for (let start = 0; start < output.length; start += 128) playback.render(output.subarray(start, start + 128));
  return output;
}

function push(playback: Playback, turn: number, from: number, to: number): void {
  for (let start = from; start < to; start += 320) playback.push(turn, start, rate, new Float32Array(Math.min(320, to - start)).fill(0.5));
}

test("Silence is rendered while there is nothing", () => {
  const playback = new Playback(outputRate);
  expect(Math.max(...play(playback, 0.1))).toBe(0);
  expect(playback.report).toBeNull();
});

test("What was played is known to the sample while it plays", () => {
  const playback = new Playback(outputRate);
  push(playback, 1, 0, 3_200);
  play(playback, 0.1);
  expect(Math.abs(playback.report!.position - 1_600)).toBeLessThanOrEqual(128 / 3);
  play(playback, 0.2);
  expect(playback.report).toEqual({ turn: 1, position: 3_200 });
});

test("Every sample of a reply is played, once", () => {
  const playback = new Playback(outputRate);
  push(playback, 1, 0, 3_333);
  const output = play(playback, 0.5);
  expect(Math.abs(output.reduce((sum, sample) => sum + sample, 0) / 3 - 3_333 * 0.5)).toBeLessThan(2);
});

test("A reply begins when enough has come, or has waited long enough", () => {
  const playback = new Playback(outputRate);
  push(playback, 1, 0, 320);
  expect(Math.max(...play(playback, 0.03))).toBe(0);
  expect(Math.max(...play(playback, 0.05))).toBeGreaterThan(0.4);
});

test("A flush silences the reply within a block and says how far it was", () => {
  const playback = new Playback(outputRate);
  push(playback, 1, 0, 6_400);
  play(playback, 0.1);
  const position = playback.flush(1);
  expect(Math.abs(position - 1_600)).toBeLessThanOrEqual(128 / 3);
  const rest = play(playback, 0.1);
  expect(Math.abs(rest[127]!)).toBeLessThan(1e-3);
  expect(Math.max(...rest.subarray(256))).toBe(0);
  push(playback, 1, 6_400, 9_600); // Late, and of a reply that is gone.
  expect(playback.isPlaying).toBe(false);
  push(playback, 2, 0, 3_200);
  expect(Math.max(...play(playback, 0.05))).toBeGreaterThan(0.4);
});

test("A flush of a reply that never came says zero", () => {
  expect(new Playback(outputRate).flush(7)).toBe(0);
});

test("The next reply follows the one before, whose end is reported", () => {
  const playback = new Playback(outputRate);
  push(playback, 1, 0, 1_600);
  push(playback, 2, 0, 1_600);
  play(playback, 0.15);
  expect(playback.takeFinished()).toEqual([{ turn: 1, position: 1_600 }]);
  expect(playback.takeFinished()).toEqual([]);
  play(playback, 0.2);
  expect(playback.report).toEqual({ turn: 2, position: 1_600 });
});

test("A reply that comes after the one before has ended is played too", () => {
  const playback = new Playback(outputRate);
  push(playback, 1, 0, 1_600);
  play(playback, 0.3);
  push(playback, 2, 0, 1_600);
  expect(Math.max(...play(playback, 0.1))).toBeGreaterThan(0.4);
  expect(playback.underruns).toBe(0);
});

test("After a resume in the middle the position counts from there, and what comes twice is played once", () => {
  const playback = new Playback(outputRate);
  push(playback, 3, 16_000, 17_600);
  push(playback, 3, 17_280, 19_200);
  play(playback, 0.1);
  expect(Math.abs(playback.report!.position - 17_600)).toBeLessThanOrEqual(128 / 3);
  play(playback, 0.3);
  expect(playback.report!.position).toBe(19_200);
});

describe("The wait adapts", () => {
  test("sound that comes too late makes it longer, up to its limit", () => {
    const playback = new Playback(outputRate, 0.2);
    const before = playback.wait;
    push(playback, 1, 0, 1_600);
    play(playback, 0.3);
    push(playback, 1, 1_600, 3_200);
    expect(playback.underruns).toBe(1);
    expect(playback.wait).toBeGreaterThan(before);
    for (let i = 2; i < 20; i++) {
      play(playback, 0.4);
      push(playback, 1, i * 1_600, (i + 1) * 1_600);
    }
    expect(playback.wait).toBe(0.2);
  });

  test("the end of a reply is not too late", () => {
    const playback = new Playback(outputRate);
    for (let turn = 1; turn <= 5; turn++) {
      push(playback, turn, 0, 1_600);
      play(playback, 0.3);
    }
    expect(playback.underruns).toBe(0);
  });

  test("steady sound makes it shorter again", () => {
    const playback = new Playback(outputRate);
    const before = playback.wait;
    push(playback, 1, 0, 3_200);
    for (let i = 2; i < 252; i++) {
      push(playback, 1, i * 1_600, (i + 1) * 1_600);
      play(playback, 0.098);
    }
    expect(playback.underruns).toBe(0);
    expect(playback.wait).toBeLessThan(before);
  });
});

test("Ducking is a ramp, not a step, and ends where it should", () => {
  const playback = new Playback(outputRate);
  push(playback, 1, 0, 16_000);
  play(playback, 0.2);
  playback.setGain(1, 0.25);
  const output = play(playback, 0.2);
  let steepest = 0;
  for (let i = 1; i < output.length; i++) steepest = Math.max(steepest, Math.abs(output[i]! - output[i - 1]!));
  expect(steepest).toBeLessThan(2e-3);
  expect(output.at(-1)).toBeCloseTo(0.125, 3);
});

test("A reset forgets everything", () => {
  const playback = new Playback(outputRate);
  push(playback, 1, 0, 3_200);
  playback.flush(1);
  playback.reset();
  push(playback, 1, 0, 3_200);
  expect(Math.max(...play(playback, 0.2))).toBeGreaterThan(0.4);
});
