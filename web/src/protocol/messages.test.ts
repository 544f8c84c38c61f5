import { MessagePackHubProtocol } from "@microsoft/signalr-protocol-msgpack";
import { MessageType, NullLogger, type StreamItemMessage } from "@microsoft/signalr";
import { describe, expect, test } from "vitest";
import { decode, type ClientMessage, type OpenRequest } from "./messages";
import wire from "./wire.json";

/** The hub's own tests make and read the same bytes, so both sides agree on every one of them. */
const protocol = new MessagePackHubProtocol({ ignoreUndefined: true });

/** A stream item as SignalR frames it: length, [2, {}, id, item]. */
function received(hex: string): unknown[] {
  const item = Buffer.from(hex, "hex");
  const body = Buffer.concat([Buffer.from([0x94, 0x02, 0x80, 0xa1, 0x30]), item]);
  const length = body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7];
  const bytes = Uint8Array.from([...length, ...body]);
  const [message] = protocol.parseMessages(bytes.buffer, NullLogger.instance);
  return (message as StreamItemMessage).item as unknown[];
}

function sent(item: ClientMessage | OpenRequest): string {
  const framed = Buffer.from(protocol.writeMessage({ type: MessageType.StreamItem, invocationId: "0", item } as StreamItemMessage) as ArrayBuffer);
  const start = framed[0]! < 128 ? 1 : 2;
  return framed.subarray(start + 5).toString("hex");
}

describe("What the server says is read from its own bytes", () => {
  test.each([
    ["opened", { type: "opened", token: "token", resumed: true, nextFrame: 1234, ahead: 400, grace: 20_000 }],
    ["audio", { type: "audio", turn: 3, position: 70_000, rate: 22_050, pcm: Int16Array.of(1, 32_767, -32_768) }],
    ["flush", { type: "flush", sequence: 9, turn: 3 }],
    ["call_answered", { type: "call", sequence: 9, call: 1_764_082_800_123, state: "answered", detail: "v=0" }],
    ["call_connected", { type: "call", sequence: 9, call: 1_764_082_800_123, state: "connected", detail: null }],
    ["call_ended", { type: "call", sequence: 9, call: 1_764_082_800_123, state: "ended", detail: "It was hung up." }],
    ["pong", { type: "pong", time: 1520.25 }],
    ["state", { type: "state", sequence: 8, state: "user_speaking" }],
    ["queued", { type: "queued", sequence: 8, position: 2 }],
    ["speech_started", { type: "speech_started", sequence: 8, at: 1520 }],
    ["speech_stopped", { type: "speech_stopped", sequence: 8, at: 2520.5 }],
    ["user_text", { type: "user_text", sequence: 8, text: "What is the time?" }],
    ["response_created", { type: "response_created", sequence: 8, turn: 3 }],
    ["text_delta", { type: "text_delta", sequence: 8, turn: 3, text: "现在是三点。" }],
    ["duck", { type: "duck", sequence: 8, turn: 3, gain: 0.25 }],
    ["response_done", { type: "response_done", sequence: 8, turn: 3, status: "cancelled", heard: 830, heardText: "现在", stage: null, message: null }],
    ["response_failed", { type: "response_done", sequence: 8, turn: 3, status: "failed", heard: 0, heardText: "", stage: "speech_decoder", message: "The voice failed." }],
    ["timed", { type: "timed", sequence: 8, turn: 3, timings: { endpoint: 200, tokenize: 11, prefill: 12, firstToken: 13, firstBlock: 14, firstAudio: 50, savedByHearing: 75, savedByGuessing: 60 } }],
    ["refused", { type: "refused", sequence: 8, code: "invalid_text", message: "Expected a text, found none." }],
    ["ended", { type: "ended", sequence: 8, reason: "idle", message: "Nobody spoke." }],
  ])("%s", (name, expected) => {
    expect(decode(received(wire.down[name as keyof typeof wire.down]))).toEqual(expected);
  });

  test("every kind that the server has is among them", () => {
    expect(Object.keys(wire.down)).toHaveLength(20);
  });

  test("a card is its kind and what it shows", () => {
    expect(decode(["card", 8, "c1", "notice", { title: "Draw", source: "emulator", message: "Not now." }])).toEqual({
      type: "card",
      sequence: 8,
      id: "c1",
      card: { kind: "notice", title: "Draw", source: "emulator", message: "Not now." },
    });
  });

  test("a kind of a newer server is passed over", () => {
    expect(decode(["dance", 1])).toBeNull();
  });
});

describe("What the client says has the bytes that the server reads", () => {
  const messages: [keyof typeof wire.up, ClientMessage | OpenRequest][] = [
    ["open", { protocol: 1, token: "token", received: 17, turn: 3, played: 882, needed: 9702, speaker: true, call: 1_764_082_800_123, settings: { greeting: "Hello", language: "en" } }],
    ["audio", ["audio", 7, Uint8Array.of(1, 0, 255, 127, 0, 128)]],
    ["played", ["played", 3, 70_000]],
    ["flushed", ["flushed", 3, 882]],
    ["received", ["received", 65]],
    ["ping", ["ping", 1520.25]],
    ["offer", ["offer", 1_764_082_800_123, "v=0"]],
    ["restart", ["restart", 1_764_082_800_123, "v=0"]],
    ["hang_up", ["hang_up"]],
    ["text", ["text", "几点了？"]],
    ["talk", ["talk", true]],
    ["commit", ["commit"]],
    ["interrupt", ["interrupt"]],
    ["mute", ["mute", false]],
    ["settings", ["settings", { temperature: 1, topP: 0.75, endSilence: 600, language: "zh" }]],
    ["bye", ["bye"]],
  ];

  test.each(messages)("%s", (name, message) => {
    expect(sent(message)).toBe(wire.up[name]);
  });

  test("every kind that the server reads is among them", () => {
    expect(messages.map(([name]) => name).sort()).toEqual(Object.keys(wire.up).sort());
  });
});
