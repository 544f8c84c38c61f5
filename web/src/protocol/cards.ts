/** What a page shows of something that a tool made. All text is a stranger's: shown, never run. Addresses are paths of the service. */
export type Card = { title: string; source: string } & (
  | { kind: "text"; markdown: string; citations: { title: string; url: string }[] }
  | { kind: "picture"; prompt: string; url: string }
  | { kind: "look"; markdown: string; imageUrl: string; boxes: Box[] }
  | { kind: "code"; language: string; candidates: string[]; explanation: string }
  | { kind: "reasoning"; thoughts: string; answer: string; elapsed: number }
  | { kind: "video"; jobId: string; state: JobState; elapsed: number; url: string | null; posterUrl: string | null }
  | { kind: "phone"; steps: PhoneStep[]; question: string | null; isDone: boolean }
  | { kind: "blanks"; parts: { text: string; isFill: boolean }[]; isEmulated: boolean }
  | { kind: "notice"; message: string }
);

export type JobState = "running" | "succeeded" | "failed" | "cancelled";

/** A place in a picture, in parts of its sides. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
  label: string;
}

export interface PhoneStep {
  action: string;
  thought: string;
  screenUrl: string | null;
}
