import { Microphone, MicrophoneError } from "./audio/microphone";
import type { PlaybackNotice } from "./audio/playback.worklet";
import { Speaker } from "./audio/speaker";
import type { ConversationEvent } from "./conversation";
import type { ServerMessage, SessionSettings } from "./protocol/messages";
import { VoiceClient, type ResumePoint } from "./protocol/voice-client";
import { WebRtcConnection } from "./protocol/webrtc-connection";

/** How sound may go: as a call where one can be had, or over the hub alone. */
export type Transport = "auto" | "signalr";

export interface CallOptions {
  url: string;
  settings: SessionSettings;
  /** Whether replies are spoken. */
  speaker: boolean;
  transport: Transport;
  resume: ResumePoint | null;
  dispatch(event: ConversationEvent): void;
  /** How loud the microphone or the reply is, many times a second. */
  hear(who: "user" | "assistant", level: number): void;
}

/** One call: the session, the microphone and the speaker, and what goes between them. */
export class VoiceCall {
  private client: VoiceClient | null = null;
  private microphone: Microphone | null = null;
  private speaker: Speaker | null = null;
  private webrtc: WebRtcConnection | null = null;
  private context: AudioContext | null = null;
  private muted = false;
  private talking = false;
  private isOpen = false;
  private isOver = false;
  private readonly arrivals = new Map<number, number>();

  constructor(private readonly options: CallOptions) {}

  get resumePoint(): ResumePoint | null {
    return this.client?.resumePoint ?? null;
  }

  get hasMicrophone(): boolean {
    return this.microphone !== null;
  }

  get deviceId(): string {
    return this.microphone?.deviceId ?? "";
  }

  /** Whether the browser holds the sound back until the user touches the page. */
  get isSilenced(): boolean {
    return this.context?.state === "suspended";
  }

  /** Begins. Call it in the handler of a click, so that the browser allows sound. */
  async start(withMicrophone: boolean): Promise<void> {
    const { options } = this;
    options.dispatch({ type: "connection", status: "connecting" });
    if (options.speaker || withMicrophone) this.context = new AudioContext({ latencyHint: "interactive" });
    void this.context?.resume().catch(() => undefined);
    // Fetched while the user is asked for the microphone; that it failed is told when it is used.
    const dialing = import("./protocol/dial");
    dialing.catch(() => undefined);
    this.client = new VoiceClient(
      {
        url: options.url,
        settings: options.settings,
        speaker: options.speaker,
        resume: options.resume,
        call: () => this.webrtc?.number ?? 0,
        receive: (message) => this.receive(message),
        changed: (status) => this.changed(status),
      },
      async (...call) => (await dialing).dial(...call),
    );
    try {
      const [speaker] = await Promise.all([
        this.context && options.speaker ? Speaker.open(this.context, (notice) => this.played(notice)) : null,
        withMicrophone ? this.openMicrophone(null) : null,
      ]);
      if (this.isOver) return;
      this.speaker = speaker;
      await this.client.connect();
    } catch {
      this.changed("failed");
    }
  }

  /** Asks for a microphone, or for another one. Without one the call goes on in writing. */
  async openMicrophone(deviceId: string | null): Promise<void> {
    this.context ??= new AudioContext({ latencyHint: "interactive" });
    this.options.dispatch({ type: "microphone", state: "starting" });
    this.microphone?.close();
    this.microphone = null;
    try {
      const microphone = await Microphone.open(
        this.context,
        deviceId,
        (frame) => {
          if (!this.webrtc?.isCarrying) this.client?.sendFrame(frame.pcm);
          this.options.hear("user", frame.level);
        },
        () => this.loseMicrophone(),
      );
      if (this.isOver) {
        microphone.close();
        return;
      }
      this.microphone = microphone;
      this.applyMute();
      if (this.webrtc) this.webrtc.replace(microphone.track);
      else if (this.isOpen) this.beginWebRtc();
      this.options.dispatch({ type: "microphone", state: "on" });
    } catch (error) {
      this.options.dispatch({ type: "microphone", state: error instanceof MicrophoneError ? error.fault : "failed" });
    }
  }

  sendText(text: string): void {
    this.client?.send(["text", text]);
  }

  showImage(mediaType: string, content: Uint8Array): void {
    this.client?.send(["image", mediaType, content]);
  }

  setMuted(muted: boolean): void {
    this.muted = muted;
    this.applyMute();
    this.client?.send(["mute", muted]);
    this.options.dispatch({ type: "muted", muted });
  }

  /** Push-to-talk: what is said while it is held is one utterance. */
  setTalking(talking: boolean): void {
    if (this.talking === talking || !this.microphone) return;
    this.talking = talking;
    this.applyMute();
    this.client?.send(["talk", talking]);
    this.options.dispatch({ type: "talking", talking });
  }

  /** Stops the reply. */
  interrupt(): void {
    this.client?.send(["interrupt"]);
  }

  /** Lets the browser sound, after the user has touched the page. */
  async resumeSound(): Promise<void> {
    await this.context?.resume();
  }

  hangUp(): void {
    this.client?.close();
    this.release();
    this.options.dispatch({ type: "connection", status: "closed" });
  }

  /** The page goes away; the session waits for its return. */
  leave(): void {
    this.client?.leave();
    this.release();
  }

  private receive(message: ServerMessage): void {
    switch (message.type) {
      case "opened":
        if (!message.resumed) this.speaker?.reset();
        if (this.muted) this.client?.send(["mute", true]);
        this.isOpen = true;
        if (this.webrtc) this.webrtc.reopen(message.resumed);
        else this.beginWebRtc();
        break;
      case "call":
        void this.webrtc?.take(message);
        return;
      case "audio":
        if (!this.arrivals.has(message.turn)) this.arrivals.set(message.turn, performance.now());
        this.speaker?.push(message.turn, message.position, message.rate, message.pcm);
        return;
      case "flush":
        if (this.speaker) this.speaker.flush(message.turn);
        else this.client?.send(["flushed", message.turn, 0]);
        return;
      case "duck":
        this.speaker?.setGain(message.turn, message.gain);
        this.webrtc?.setGain(message.gain);
        break;
      case "response_created":
        this.webrtc?.setGain(1);
        break;
      case "timed":
        void this.measure(message.turn);
        break;
    }
    this.options.dispatch(message);
  }

  /** Sound goes as a call where there is somebody to hear on both sides. */
  private beginWebRtc(): void {
    const { context, microphone, options } = this;
    if (!context || !microphone || !this.speaker || options.transport !== "auto") return;
    this.webrtc = new WebRtcConnection({ context, send: (message) => this.client?.send(message), hear: (level) => options.hear("assistant", level) }, microphone.track);
  }

  private async measure(turn: number): Promise<void> {
    const link = await this.webrtc?.measure();
    if (link) this.options.dispatch({ type: "network", turn, link });
  }

  private played(notice: PlaybackNotice): void {
    switch (notice.type) {
      case "played":
        this.client?.send(["played", notice.turn, notice.position]);
        this.options.hear("assistant", notice.level);
        break;
      case "flushed":
        this.client?.send(["flushed", notice.turn, notice.position]);
        this.options.hear("assistant", 0);
        break;
      case "started": {
        const arrival = this.arrivals.get(notice.turn);
        this.arrivals.clear();
        if (arrival === undefined || !this.client) break;
        const wait = performance.now() - arrival;
        this.options.dispatch({ type: "network", turn: notice.turn, link: { way: "socket", codec: "PCM", roundTrip: this.client.roundTrip, wait, jitter: null, loss: null } });
        break;
      }
    }
  }

  private changed(status: "connecting" | "open" | "lost" | "closed" | "failed"): void {
    if (this.isOver) return;
    this.options.dispatch({ type: "connection", status });
    if (status === "closed" || status === "failed") this.release();
  }

  private applyMute(): void {
    if (this.microphone) this.microphone.muted = this.muted && !this.talking;
  }

  private loseMicrophone(): void {
    this.microphone?.close();
    this.microphone = null;
    this.webrtc?.replace(null);
    this.options.dispatch({ type: "microphone", state: "none" });
  }

  private release(): void {
    this.isOver = true;
    this.webrtc?.close();
    this.webrtc = null;
    this.microphone?.close();
    this.speaker?.close();
    this.microphone = null;
    this.speaker = null;
    void this.context?.close().catch(() => undefined);
    this.context = null;
    this.options.hear("assistant", 0);
  }
}
