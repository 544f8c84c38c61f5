import { describe, expect, test } from "vitest";
import { initialConversation, networkOf, phaseOf, reduce, splitHeard, type AssistantEntry, type Conversation, type ConversationEvent, type Link, type UserEntry } from "./conversation";

const opened = { type: "opened", token: "t", resumed: false, nextFrame: 0, ahead: 400, grace: 20_000 } as const;

function after(...events: ConversationEvent[]): Conversation {
  return events.reduce(reduce, initialConversation);
}

const live: ConversationEvent[] = [{ type: "connection", status: "connecting" }, { type: "connection", status: "open" }, opened, { type: "microphone", state: "on" }];
const reply: ConversationEvent[] = [
  { type: "response_created", sequence: 1, turn: 1 },
  { type: "text_delta", sequence: 2, turn: 1, text: "One two" },
  { type: "text_delta", sequence: 3, turn: 1, text: " three." },
];

function done(status: "completed" | "cancelled" | "failed", heardText: string, message: string | null = null): ConversationEvent {
  return { type: "response_done", sequence: 9, turn: 1, status, heard: 100, heardText, stage: null, message };
}

describe("The phase", () => {
  test.each<[string, ConversationEvent[], string]>([
    ["before anything", [], "idle"],
    ["while it connects", [{ type: "connection", status: "connecting" }], "connecting"],
    ["when it is lost", [...live, { type: "connection", status: "lost" }], "connecting"],
    ["when all places are taken", [...live, { type: "queued", sequence: 1, position: 2 }], "queued"],
    ["when a place is free", [...live, { type: "queued", sequence: 1, position: 2 }, { type: "state", sequence: 2, state: "listening" }], "listening"],
    ["while the user speaks", [...live, { type: "state", sequence: 1, state: "user_speaking" }], "hearing"],
    ["while it thinks", [...live, { type: "state", sequence: 1, state: "thinking" }], "thinking"],
    ["while it speaks", [...live, { type: "state", sequence: 1, state: "speaking" }], "speaking"],
    ["while muted", [...live, { type: "muted", muted: true }], "muted"],
    ["while muted and push-to-talk is held", [...live, { type: "muted", muted: true }, { type: "talking", talking: true }], "listening"],
    ["while muted and it speaks", [...live, { type: "muted", muted: true }, { type: "state", sequence: 1, state: "speaking" }], "speaking"],
    ["when the user hung up", [...live, { type: "ended", sequence: 1, reason: "hung_up", message: "" }, { type: "connection", status: "closed" }], "ended"],
    ["when it was turned away", [...live, { type: "ended", sequence: 1, reason: "capacity", message: "Full." }, { type: "connection", status: "closed" }], "error"],
    ["when the service is gone", [...live, { type: "connection", status: "failed" }], "error"],
  ])("%s", (_name, events, expected) => {
    expect(phaseOf(after(...events))).toBe(expected);
  });
});

test("A reply grows word by word, and all of it was heard when it is complete", () => {
  const entry = after(...live, ...reply, done("completed", "One two three.")).entries[0] as AssistantEntry;
  expect(entry).toMatchObject({ text: "One two three.", heard: null, status: "completed" });
  expect(splitHeard(entry)).toEqual(["One two three.", ""]);
});

test("An interrupted reply keeps the words apart that were not heard", () => {
  const entry = after(...live, ...reply, done("cancelled", "One tw")).entries[0] as AssistantEntry;
  expect(splitHeard(entry)).toEqual(["One tw", "o three."]);
});

test("A reply that was stopped before its first word leaves nothing", () => {
  expect(after(...live, reply[0]!, done("cancelled", "")).entries).toEqual([]);
});

test("A reply that failed says why", () => {
  expect(after(...live, ...reply, done("failed", "", "The voice failed.")).entries[0]).toMatchObject({ status: "failed", failure: "The voice failed." });
});

test("Speech is an entry while it lasts and has its duration after", () => {
  const during = after(...live, { type: "speech_started", sequence: 1, at: 1_000 }, { type: "level", level: 0.5 });
  expect(during.entries[0]).toMatchObject({ text: null, duration: null, levels: [0.5] });
  const ended = reduce(reduce(during, { type: "speech_stopped", sequence: 2, at: 3_500 }), { type: "level", level: 1 });
  expect(ended.entries[0]).toMatchObject({ duration: 2_500, levels: [0.5] });
});

test("Timings and the network find their turn, in either order", () => {
  const timings = { endpoint: 1, tokenize: 2, prefill: 3, firstToken: 4, firstBlock: 5, firstAudio: 6, savedByHearing: 7, savedByGuessing: 8 };
  const timed: ConversationEvent = { type: "timed", sequence: 5, turn: 1, timings };
  const link: Link = { way: "udp", codec: "opus", roundTrip: 30, wait: 25, jitter: 2, loss: 0.01 };
  const network: ConversationEvent = { type: "network", turn: 1, link };
  expect(after(...reply, timed, network).entries[0]).toMatchObject({ timings, link });
  expect(after(...reply, network, timed).entries[0]).toMatchObject({ timings, link });
  expect(networkOf(after(...reply, network, timed).entries[0] as AssistantEntry)).toBe(40);
});

test("A session that goes on leaves the conversation as it was, one that is new is set off", () => {
  const before = after(...live, ...reply, { type: "state", sequence: 4, state: "speaking" }, { type: "connection", status: "lost" });
  const resumed = [{ type: "connection", status: "open" } as const, { ...opened, resumed: true }].reduce<Conversation>(reduce, before);
  expect(phaseOf(resumed)).toBe("speaking");
  expect(resumed.entries).toEqual(before.entries);
  const anew = [{ type: "connection", status: "open" } as const, opened].reduce<Conversation>(reduce, before);
  expect(phaseOf(anew)).toBe("listening");
  expect(anew.entries.map((entry) => entry.kind)).toEqual(["assistant", "divider"]);
  expect(anew.entries[0]).toMatchObject({ status: "cancelled" });
});

test("A second session counts its turns anew without touching the first one's", () => {
  const first = after(...live, ...reply, done("completed", "One two three."), { type: "connection", status: "closed" });
  const second = [...live, reply[0]!, { type: "text_delta", sequence: 2, turn: 1, text: "Other." } as const].reduce(reduce, first);
  expect((second.entries[0] as AssistantEntry).text).toBe("One two three.");
  expect((second.entries.at(-1) as AssistantEntry).text).toBe("Other.");
});

test("What is kept is bounded, however long the conversation", () => {
  let conversation = initialConversation;
  for (let i = 0; i < 1_000; i++) conversation = reduce(conversation, { type: "user_text", sequence: i, text: `${i}` });
  expect(conversation.entries.length).toBe(400);
  expect((conversation.entries.at(-1) as UserEntry).text).toBe("999");
  let speech = reduce(initialConversation, { type: "speech_started", sequence: 1, at: 0 });
  for (let i = 0; i < 1_000; i++) speech = reduce(speech, { type: "level", level: i });
  expect((speech.entries[0] as UserEntry).levels.length).toBe(40);
});

test("An event never changes the conversation that it meets", () => {
  const before = after(...live, ...reply);
  const copy = structuredClone(before);
  for (const event of [...live, ...reply, done("cancelled", "One"), { type: "speech_started", sequence: 1, at: 0 } as const]) reduce(before, event);
  expect(before).toEqual(copy);
});

test("A card that is shown anew stays in its place", () => {
  const card = (message: string): ConversationEvent => ({ type: "card", sequence: 4, id: "c1", card: { kind: "notice", title: "Draw", source: "", message } });
  const { entries } = after(...live, card("busy"), ...reply, card("done"));
  expect(entries.map((entry) => entry.kind)).toEqual(["card", "assistant"]);
  expect(entries[0]).toMatchObject({ cardId: "c1", card: { message: "done" } });
});

test("A picture that begins a conversation belongs to it", () => {
  const image: ConversationEvent = { type: "image", thumbnail: "data:," };
  expect(after(image, ...live, image).entries.map((entry) => entry.kind)).toEqual(["image", "image"]);
  const again = after(...live, ...reply, image, { type: "connection", status: "closed" }, { type: "connection", status: "connecting" }, image, { type: "connection", status: "open" }, opened);
  expect(again.entries.map((entry) => entry.kind)).toEqual(["assistant", "image", "divider", "image"]);
  expect(after(image, ...live).entries[0]).toMatchObject({ isPending: false });
});
