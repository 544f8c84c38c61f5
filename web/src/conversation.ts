import type { Card } from "./protocol/cards";
import type { Activity, ServerMessage, TurnStatus, TurnTimings } from "./protocol/messages";
import type { ConnectionStatus } from "./protocol/voice-client";

/** Why there is no microphone, told apart because the remedy differs. */
export type MicrophoneFault = "denied" | "none" | "busy" | "insecure" | "policy" | "failed";

/** How a reply's sound came. Times are milliseconds. */
export interface Link {
  /** `udp` and `tcp` are a call's; `socket` is the hub's own. */
  way: "udp" | "tcp" | "socket";
  codec: string;
  roundTrip: number;
  /** From its arrival until it was played. */
  wait: number;
  /** By how much packets come unevenly, where they are counted. */
  jitter: number | null;
  /** Part of the packets that did not come, 0 to 1, where they are counted. */
  loss: number | null;
}

export interface UserEntry {
  kind: "user";
  id: number;
  /** What was written; null for what was said, which nobody transcribes. */
  text: string | null;
  /** Milliseconds of speech, null while it lasts. */
  duration: number | null;
  startedAt: number;
  /** How loud it was, a number in [0, 1] every 100 ms or so. */
  levels: number[];
}

export interface AssistantEntry {
  kind: "assistant";
  id: number;
  turn: number;
  text: string;
  /** Of an interrupted reply, the words that were heard. */
  heard: string | null;
  status: TurnStatus;
  failure: string | null;
  timings: TurnTimings | null;
  link: Link | null;
}

/** A picture that the user showed. */
export interface ImageEntry {
  kind: "image";
  id: number;
  /** A small one, as a data address. */
  thumbnail: string;
  /** Whether the conversation that it begins is not open yet. */
  isPending: boolean;
}

/** What a tool made. */
export interface CardEntry {
  kind: "card";
  id: number;
  /** The card's own id: shown anew, it stays in its place. */
  cardId: string;
  card: Card;
}

export interface DividerEntry {
  kind: "divider";
  id: number;
}

export type Entry = UserEntry | AssistantEntry | ImageEntry | CardEntry | DividerEntry;

/** All that is shown. Plain data, so that it can be kept over a reload. */
export interface Conversation {
  connection: "idle" | ConnectionStatus;
  activity: Activity;
  queuePosition: number;
  microphone: "off" | "starting" | "on" | MicrophoneFault;
  muted: boolean;
  talking: boolean;
  ducked: boolean;
  notice: { code: string; message: string } | null;
  entries: Entry[];
  nextId: number;
}

/** What happens on this side of the wire. */
export type LocalEvent =
  | { type: "connection"; status: "idle" | ConnectionStatus }
  | { type: "microphone"; state: Conversation["microphone"] }
  | { type: "muted"; muted: boolean }
  | { type: "talking"; talking: boolean }
  | { type: "level"; level: number }
  | { type: "network"; turn: number; link: Link }
  | { type: "image"; thumbnail: string }
  | { type: "notice"; code: string; message: string }
  | { type: "dismissed" };

export type ConversationEvent = ServerMessage | LocalEvent;

/** What the orb and the label show. */
export type Phase = "idle" | "connecting" | "queued" | "listening" | "hearing" | "thinking" | "speaking" | "muted" | "ended" | "error";

/** Entries that are kept: hours of talk, and bounded. */
const maximumEntries = 400;
const maximumLevels = 40;

export const initialConversation: Conversation = {
  connection: "idle",
  activity: "listening",
  queuePosition: 0,
  microphone: "off",
  muted: false,
  talking: false,
  ducked: false,
  notice: null,
  entries: [],
  nextId: 1,
};

export function phaseOf(conversation: Conversation): Phase {
  const { connection, activity, muted, microphone, queuePosition } = conversation;
  if (connection === "idle") return isFault(microphone) ? "error" : "idle";
  if (connection === "failed") return "error";
  if (connection === "closed") return conversation.notice ? "error" : "ended";
  if (connection === "connecting" || connection === "lost") return "connecting";
  if (queuePosition > 0) return "queued";
  if (activity === "speaking") return "speaking";
  if (activity === "thinking") return "thinking";
  if (muted && !conversation.talking) return "muted";
  return activity === "user_speaking" ? "hearing" : "listening";
}

export function isFault(microphone: Conversation["microphone"]): microphone is MicrophoneFault {
  return microphone !== "off" && microphone !== "on" && microphone !== "starting";
}

/** Reasons to end that are nobody's fault and need no red. */
const calmEndings = new Set(["hung_up", "idle", "session_limit"]);

/** The conversation after an event. Pure. */
export function reduce(conversation: Conversation, event: ConversationEvent): Conversation {
  switch (event.type) {
    case "connection":
      return {
        ...conversation,
        connection: event.status,
        ...(event.status === "connecting" ? { notice: null, queuePosition: 0 } : {}),
        ...(event.status === "closed" || event.status === "failed" ? settle(conversation) : {}),
      };
    case "opened":
      return event.resumed ? conversation : beginAnew(conversation);
    case "microphone":
      return { ...conversation, microphone: event.state };
    case "muted":
      return { ...conversation, muted: event.muted };
    case "talking":
      return { ...conversation, talking: event.talking };
    case "state":
      return { ...conversation, activity: event.state, queuePosition: 0 };
    case "queued":
      return { ...conversation, queuePosition: event.position };
    case "speech_started":
      return append(conversation, { kind: "user", text: null, duration: null, startedAt: event.at, levels: [] });
    case "speech_stopped":
      return updateLast(conversation, isOpenSpeech, (entry) => ({ ...entry, duration: Math.max(0, event.at - entry.startedAt) }));
    case "level":
      return updateLast(conversation, isOpenSpeech, (entry) => ({ ...entry, levels: [...entry.levels, event.level].slice(-maximumLevels) }));
    case "user_text":
      return append(conversation, { kind: "user", text: event.text, duration: null, startedAt: 0, levels: [] });
    case "response_created":
      return append(conversation, { kind: "assistant", turn: event.turn, text: "", heard: null, status: "in_progress", failure: null, timings: null, link: null });
    case "text_delta":
      return updateLast(conversation, isTurn(event.turn), (entry) => ({ ...entry, text: entry.text + event.text }));
    case "duck":
      return { ...conversation, ducked: event.gain < 1 };
    case "response_done":
      if (event.status === "cancelled") conversation = withoutSilence(conversation, event.turn);
      return updateLast({ ...conversation, ducked: false }, isTurn(event.turn), (entry) => ({
        ...entry,
        status: event.status,
        heard: event.status === "completed" ? null : event.heardText,
        failure: event.message,
      }));
    case "timed":
      return updateLast(conversation, isTurn(event.turn), (entry) => ({ ...entry, timings: event.timings }));
    case "network":
      return updateLast(conversation, isTurn(event.turn), (entry) => ({ ...entry, link: event.link }));
    case "image":
      return append(conversation, { kind: "image", thumbnail: event.thumbnail, isPending: conversation.connection !== "open" });
    case "card":
      return conversation.entries.some(isCard(event.id))
        ? updateLast(conversation, isCard(event.id), (entry) => ({ ...entry, card: event.card }))
        : append(conversation, { kind: "card", cardId: event.id, card: event.card });
    case "refused":
    case "notice":
      return { ...conversation, notice: { code: event.code, message: event.message } };
    case "dismissed":
      return { ...conversation, notice: null };
    case "ended":
      return { ...conversation, notice: calmEndings.has(event.reason) ? null : { code: event.reason, message: event.message } };
    case "audio":
    case "call":
    case "flush":
    case "pong":
      return conversation;
  }
}

/** Milliseconds of a reply's way here, and of the wait before it sounded. */
export function networkOf({ link }: AssistantEntry): number {
  return link ? link.roundTrip / 2 + link.wait : 0;
}

/** The words of a reply that were heard, and those that were not. */
export function splitHeard(entry: AssistantEntry): [heard: string, unheard: string] {
  if (entry.heard === null) return [entry.text, ""];
  if (entry.text.startsWith(entry.heard)) return [entry.heard, entry.text.slice(entry.heard.length)];
  return [entry.heard, ""];
}

/** A reply that was stopped before its first word leaves nothing to show. */
function withoutSilence(conversation: Conversation, turn: number): Conversation {
  return { ...conversation, entries: conversation.entries.filter((entry) => !(isTurn(turn)(entry) && entry.text === "")) };
}

/** Nothing is under way any more. */
function settle(conversation: Conversation): Partial<Conversation> {
  return {
    activity: "listening",
    queuePosition: 0,
    ducked: false,
    talking: false,
    entries: conversation.entries
      .filter((entry) => !(entry.kind === "assistant" && entry.status === "in_progress" && entry.text === ""))
      .map((entry) => {
        if (isOpenSpeech(entry)) return { ...entry, duration: 0 };
        return entry.kind === "assistant" && entry.status === "in_progress" ? { ...entry, status: "cancelled" as const } : entry;
      }),
  };
}

/** What was said before is set apart from what begins, with the pictures that begin it. */
function beginAnew(conversation: Conversation): Conversation {
  const isPending = (entry: Entry): entry is ImageEntry => entry.kind === "image" && entry.isPending;
  const first = conversation.entries.filter(isPending).map((entry) => ({ ...entry, isPending: false }));
  const before = { ...conversation, entries: conversation.entries.filter((entry) => !isPending(entry)) };
  const apart = before.entries.length === 0 || before.entries.at(-1)?.kind === "divider" ? before : append({ ...before, ...settle(before) }, { kind: "divider" });
  return { ...apart, entries: [...apart.entries, ...first] };
}

type NewEntry = Omit<UserEntry, "id"> | Omit<AssistantEntry, "id"> | Omit<ImageEntry, "id"> | Omit<CardEntry, "id"> | Omit<DividerEntry, "id">;

function append(conversation: Conversation, entry: NewEntry): Conversation {
  return {
    ...conversation,
    nextId: conversation.nextId + 1,
    entries: [...conversation.entries, { ...entry, id: conversation.nextId }].slice(-maximumEntries),
  };
}

function updateLast<T extends Entry>(conversation: Conversation, matches: (entry: Entry) => entry is T, change: (entry: T) => T): Conversation {
  const index = conversation.entries.findLastIndex(matches);
  if (index < 0) return conversation;
  return { ...conversation, entries: conversation.entries.with(index, change(conversation.entries[index] as T)) };
}

function isOpenSpeech(entry: Entry): entry is UserEntry {
  return entry.kind === "user" && entry.text === null && entry.duration === null;
}

function isTurn(turn: number): (entry: Entry) => entry is AssistantEntry {
  return (entry): entry is AssistantEntry => entry.kind === "assistant" && entry.turn === turn;
}

function isCard(id: string): (entry: Entry) => entry is CardEntry {
  return (entry): entry is CardEntry => entry.kind === "card" && entry.cardId === id;
}
