import type { Card } from "./cards";

/** The items of the wire protocol (PROTOCOL.md beside the hub) as tagged unions. */

export type Activity = "listening" | "user_speaking" | "thinking" | "speaking" | "closed";
export type TurnStatus = "in_progress" | "completed" | "cancelled" | "failed";

/** Where the time of a turn went, in milliseconds. */
export interface TurnTimings {
  endpoint: number;
  tokenize: number;
  prefill: number;
  firstToken: number;
  firstBlock: number;
  firstAudio: number;
  savedByHearing: number;
  savedByGuessing: number;
}

export type ServerMessage =
  | { type: "opened"; token: string; resumed: boolean; nextFrame: number; ahead: number; grace: number }
  | { type: "audio"; turn: number; position: number; rate: number; pcm: Int16Array }
  | { type: "call"; sequence: number; call: number; state: "answered" | "connected" | "ended"; detail: string | null }
  | { type: "pong"; time: number }
  | { type: "flush"; sequence: number; turn: number }
  | { type: "state"; sequence: number; state: Activity }
  | { type: "queued"; sequence: number; position: number }
  | { type: "speech_started"; sequence: number; at: number }
  | { type: "speech_stopped"; sequence: number; at: number }
  | { type: "user_text"; sequence: number; text: string }
  | { type: "response_created"; sequence: number; turn: number }
  | { type: "text_delta"; sequence: number; turn: number; text: string }
  | { type: "duck"; sequence: number; turn: number; gain: number }
  | { type: "response_done"; sequence: number; turn: number; status: TurnStatus; heard: number; heardText: string; stage: string | null; message: string | null }
  | { type: "timed"; sequence: number; turn: number; timings: TurnTimings }
  | { type: "card"; sequence: number; id: string; card: Card }
  | { type: "refused"; sequence: number; code: string; message: string }
  | { type: "ended"; sequence: number; reason: string; message: string };

/** What a session may set for itself. */
export interface SessionSettings {
  systemPrompt?: string;
  greeting?: string;
  temperature?: number;
  topP?: number;
  speechThreshold?: number;
  endSilence?: number;
  allowInterruption?: boolean;
  language?: string;
}

export interface OpenRequest {
  protocol: 1;
  token: string | null;
  received: number;
  turn: number;
  played: number;
  needed: number;
  speaker: boolean;
  call: number;
  settings: SessionSettings;
}

export type ClientMessage =
  | ["audio", number, Uint8Array]
  | ["played" | "flushed", number, number]
  | ["received" | "ping", number]
  | ["offer" | "restart", number, string]
  | ["hang_up"]
  | ["text", string]
  | ["image", string, Uint8Array]
  | ["talk" | "mute", boolean]
  | ["commit"]
  | ["interrupt"]
  | ["settings", SessionSettings]
  | ["bye"];

/** Reads an item from the server. An unknown kind is null: a newer server may say more. */
export function decode(item: unknown[]): ServerMessage | null {
  const [type, a, b, c, d, e, f, g, h, i, j] = item as [string, ...any[]];
  switch (type) {
    case "opened":
      return { type, token: a, resumed: b, nextFrame: c, ahead: d, grace: e };
    case "audio":
      return { type, turn: a, position: b, rate: c, pcm: toSamples(d) };
    case "pong":
      return { type, time: a };
    case "call":
      return { type, sequence: a, call: b, state: c, detail: d };
    case "flush":
      return { type, sequence: a, turn: b };
    case "state":
      return { type, sequence: a, state: b };
    case "queued":
      return { type, sequence: a, position: b };
    case "speech_started":
    case "speech_stopped":
      return { type, sequence: a, at: b };
    case "user_text":
      return { type, sequence: a, text: b };
    case "response_created":
      return { type, sequence: a, turn: b };
    case "text_delta":
      return { type, sequence: a, turn: b, text: c };
    case "duck":
      return { type, sequence: a, turn: b, gain: c };
    case "response_done":
      return { type, sequence: a, turn: b, status: c, heard: d, heardText: e, stage: f, message: g };
    case "timed":
      return { type, sequence: a, turn: b, timings: { endpoint: c, tokenize: d, prefill: e, firstToken: f, firstBlock: g, firstAudio: h, savedByHearing: i, savedByGuessing: j } };
    case "card":
      return { type, sequence: a, id: b, card: { kind: c, ...d } as Card };
    case "refused":
      return { type, sequence: a, code: b, message: c };
    case "ended":
      return { type, sequence: a, reason: b, message: c };
    default:
      return null;
  }
}

/** PCM16 little endian, as it lies in the message, which may be at an odd place. */
function toSamples(bytes: Uint8Array): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int16Array.from({ length: bytes.byteLength >> 1 }, (_, index) => view.getInt16(2 * index, true));
}
