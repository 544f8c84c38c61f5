import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ClientMessage, OpenRequest } from "./messages";
import { VoiceClient, type ConnectionStatus, type Dial, type ResumePoint } from "./voice-client";

/** The other end of the wire, in the test's hands. */
class Line {
  readonly opens: OpenRequest[] = [];
  readonly sent: ClientMessage[] = [];
  readonly statuses: ConnectionStatus[] = [];
  item: (item: unknown[]) => void = () => undefined;
  cut: () => void = () => undefined;
  isDown = false;

  readonly dial: Dial = (_url, open, item, end) => {
    if (this.isDown) return Promise.reject(new Error("down"));
    this.opens.push(open);
    this.item = item;
    this.cut = end;
    return Promise.resolve({ send: (message) => this.sent.push(message), close: () => undefined });
  };

  async connect(resume: ResumePoint | null = null): Promise<VoiceClient> {
    const client = new VoiceClient({ url: "", settings: {}, speaker: true, resume, call: () => 0, receive: () => undefined, changed: (status) => this.statuses.push(status) }, this.dial);
    await client.connect();
    return client;
  }

  frames(): number[] {
    return this.sent.filter((message) => message[0] === "audio").map((message) => message[1] as number);
  }
}

const pcm = new Uint8Array(640);
let line: Line;

beforeEach(() => {
  vi.useFakeTimers();
  line = new Line();
});

afterEach(() => {
  vi.useRealTimers();
});

test("A lost connection is sought again with what is had, and the last frames follow", async () => {
  const client = await line.connect();
  line.item(["opened", "t", false, 0, 400, 20_000]);
  for (let i = 0; i < 5; i++) client.sendFrame(pcm);
  line.item(["response_created", 1, 1]);
  line.item(["audio", 1, 0, 22_050, new Uint8Array(882)]);
  client.send(["played", 1, 100]);
  line.cut();
  client.sendFrame(pcm);
  await vi.advanceTimersByTimeAsync(0);
  expect(line.opens[1]).toMatchObject({ token: "t", received: 1, turn: 1, played: 100, needed: 441 });
  line.item(["opened", "t", true, 3, 400, 20_000]);
  expect(line.frames()).toEqual([0, 1, 2, 3, 4, 3, 4, 5]);
  client.sendFrame(pcm);
  expect(line.frames().at(-1)).toBe(6);
  expect(line.statuses).toEqual(["connecting", "open", "lost", "lost", "open"]);
});

test("A page that is loaded again goes on at what was played, and counts its frames on", async () => {
  const client = await line.connect({ token: "t", received: 17, turn: 3, played: 882 });
  expect(line.opens[0]).toMatchObject({ token: "t", received: 17, turn: 3, played: 882, needed: 882 });
  client.sendFrame(pcm);
  line.item(["opened", "t", true, 500, 400, 20_000]);
  client.sendFrame(pcm);
  expect(line.frames()).toEqual([500]);
});

test("A session that is gone is begun anew from nothing", async () => {
  const client = await line.connect({ token: "old", received: 17, turn: 3, played: 882 });
  line.item(["opened", "new", false, 0, 400, 20_000]);
  expect(client.resumePoint).toEqual({ token: "new", received: 0, turn: 0, played: 0 });
});

test("A service that is not there is a failure at once; one that was, only after the grace time", async () => {
  line.isDown = true;
  await line.connect();
  expect(line.statuses).toEqual(["connecting", "failed"]);

  line = new Line();
  await line.connect();
  line.item(["opened", "t", false, 0, 400, 20_000]);
  line.isDown = true;
  line.cut();
  await vi.advanceTimersByTimeAsync(19_000);
  expect(line.statuses.at(-1)).toBe("lost");
  await vi.advanceTimersByTimeAsync(5_000);
  expect(line.statuses.at(-1)).toBe("failed");
});

test("An end is acknowledged and final", async () => {
  const client = await line.connect();
  line.item(["opened", "t", false, 0, 400, 20_000]);
  line.item(["ended", 1, "idle", "Nobody spoke."]);
  line.cut();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(line.opens).toHaveLength(1);
  expect(line.sent.at(-1)).toEqual(["received", 1]);
  expect(line.statuses).toEqual(["connecting", "open", "closed"]);
  expect(client.resumePoint).toBeNull();
});

test("Events are acknowledged often enough for the server to forget them", async () => {
  await line.connect();
  line.item(["opened", "t", false, 0, 400, 20_000]);
  for (let sequence = 1; sequence <= 100; sequence++) line.item(["text_delta", sequence, 1, "x"]);
  expect(line.sent.filter((message) => message[0] === "received")).toEqual([["received", 32], ["received", 64], ["received", 96]]);
});

test("What is written without a connection is sent when there is one, once and in order", async () => {
  const client = new VoiceClient({ url: "", settings: {}, speaker: true, resume: null, call: () => 0, receive: () => undefined, changed: () => undefined }, line.dial);
  client.send(["text", "one"]);
  await client.connect();
  client.send(["text", "two"]);
  expect(line.sent).toEqual([]);
  line.item(["opened", "t", false, 0, 400, 20_000]);
  client.send(["text", "three"]);
  line.cut();
  client.send(["text", "four"]);
  client.send(["interrupt"]);
  await vi.advanceTimersByTimeAsync(0);
  line.item(["opened", "t", true, 0, 400, 20_000]);
  expect(line.sent.filter((message) => message[0] !== "ping")).toEqual([["text", "one"], ["text", "two"], ["text", "three"], ["text", "four"]]);
});
