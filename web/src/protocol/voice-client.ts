import { decode, type ClientMessage, type OpenRequest, type ServerMessage, type SessionSettings } from "./messages";

/** What a page that is loaded again needs to go on with its session. */
export interface ResumePoint {
  token: string;
  received: number;
  turn: number;
  played: number;
}

export type ConnectionStatus = "connecting" | "open" | "lost" | "closed" | "failed";

export interface VoiceClientOptions {
  /** The hub's address. */
  url: string;
  settings: SessionSettings;
  /** Whether speech is played here. */
  speaker: boolean;
  resume: ResumePoint | null;
  /** The call that carries the sound, 0 for none. */
  call(): number;
  receive(message: ServerMessage): void;
  changed(status: ConnectionStatus): void;
}

/** One socket of the hub: the items of one call. */
export interface Socket {
  send(message: ClientMessage): void;
  close(): void;
}

/** Opens a socket and makes the call; what comes goes to `item`, the end of the call to `end`. */
export type Dial = (url: string, open: OpenRequest, item: (item: unknown[]) => void, end: () => void) => Promise<Socket>;

/** A session with the service, whichever socket carries it: a lost one is replaced, and the session goes on where it was. */
export class VoiceClient {
  private static readonly keptFrames = 100; // 2 s
  private static readonly receivedEvery = 32;
  private socket: Socket | null = null;
  private token: string | null;
  private received: number;
  private acknowledged = 0;
  private turn: number;
  private played: number;
  private needed: number;
  private grace = 20_000;
  private lostAt: number | null = null;
  private isClosed = false;
  private isOpen = false;
  private nextFrame = 0;
  private frames: { number: number; pcm: Uint8Array }[] = [];
  private unsent: ClientMessage[] = [];
  private retry: ReturnType<typeof setTimeout> | undefined;
  private pinger: ReturnType<typeof setInterval> | undefined;

  /** Time there and back in milliseconds, as last measured. */
  roundTrip = 0;

  constructor(private readonly options: VoiceClientOptions, private readonly dial: Dial) {
    this.token = options.resume?.token ?? null;
    this.received = options.resume?.received ?? 0;
    this.turn = options.resume?.turn ?? 0;
    this.played = options.resume?.played ?? 0;
    this.needed = this.played;
  }

  /** Where another page could go on, or null when there is nothing to go on with. */
  get resumePoint(): ResumePoint | null {
    return this.token && !this.isClosed ? { token: this.token, received: this.received, turn: this.turn, played: this.played } : null;
  }

  /** Connects, and again whenever the connection is lost. */
  async connect(): Promise<void> {
    if (this.isClosed) return;
    this.options.changed(this.lostAt === null ? "connecting" : "lost");
    const open: OpenRequest = {
      protocol: 1,
      token: this.token,
      received: this.received,
      turn: this.turn,
      played: this.played,
      needed: this.needed,
      speaker: this.options.speaker,
      call: this.options.call(),
      settings: this.options.settings,
    };
    let ended = false;
    try {
      const socket = await this.dial(
        this.options.url,
        open,
        (item) => !ended && this.take(item),
        () => {
          if (!ended) this.lose();
          ended = true;
        },
      );
      if (this.isClosed) socket.close();
      else this.socket = socket;
    } catch {
      if (!ended) this.lose();
      ended = true;
    }
  }

  /** Sends an item. What was written waits for a connection; what only matters now is left out without one. */
  send(message: ClientMessage): void {
    if (message[0] === "played" || message[0] === "flushed") {
      this.turn = message[1];
      this.played = message[2];
      this.needed = Math.max(this.needed, this.played);
    }
    if ((message[0] === "text" || message[0] === "image") && !this.isOpen) this.unsent.push(message);
    else this.socket?.send(message);
  }

  /** Sends 20 ms of the microphone. Without a connection the last two seconds are kept. */
  sendFrame(pcm: Uint8Array): void {
    const frame = { number: this.nextFrame++, pcm };
    this.frames.push(frame);
    if (this.frames.length > VoiceClient.keptFrames) this.frames.shift();
    if (this.isOpen) this.socket?.send(["audio", frame.number, pcm]);
  }

  /** Hangs up. */
  close(): void {
    if (this.isClosed) return;
    this.send(["bye"]);
    this.end("closed");
  }

  /** Leaves the session as it is, for another page. */
  leave(): void {
    this.isClosed = true;
    this.stop();
  }

  private take(item: unknown[]): void {
    const message = decode(item);
    if (!message) return;
    switch (message.type) {
      case "opened":
        this.open(message);
        break;
      case "pong":
        this.roundTrip = performance.now() - message.time;
        return;
      case "audio":
        if (message.turn !== this.turn) {
          this.turn = message.turn;
          this.played = message.position;
        }
        this.needed = message.position + message.pcm.length;
        break;
      default:
        this.note(message.sequence);
        if (message.type === "ended") {
          this.options.receive(message);
          this.socket?.send(["received", this.received]);
          this.end("closed");
          return;
        }
    }
    this.options.receive(message);
  }

  private open(message: ServerMessage & { type: "opened" }): void {
    if (!message.resumed) this.turn = this.played = this.needed = this.received = this.acknowledged = 0;
    this.token = message.token;
    this.grace = message.grace;
    this.lostAt = null;
    this.isOpen = true;
    if (message.resumed && this.nextFrame >= message.nextFrame) {
      for (const frame of this.frames) if (frame.number >= message.nextFrame) this.socket?.send(["audio", frame.number, frame.pcm]);
    } else {
      // A new page, or a new session, counts its frames from where the service is.
      this.frames = [];
      this.nextFrame = message.nextFrame;
    }
    for (const message of this.unsent.splice(0)) this.send(message);
    this.ping();
    clearInterval(this.pinger);
    this.pinger = setInterval(() => this.ping(), 5_000);
    this.options.changed("open");
  }

  private ping(): void {
    this.socket?.send(["ping", performance.now()]);
  }

  private note(sequence: number): void {
    if (sequence === 0) return;
    this.received = sequence;
    if (this.received - this.acknowledged < VoiceClient.receivedEvery) return;
    this.acknowledged = this.received;
    this.socket?.send(["received", this.received]);
  }

  private lose(): void {
    this.stop();
    if (this.isClosed) return;
    const now = performance.now();
    const isFirst = this.lostAt === null;
    const lostAt = (this.lostAt ??= now);
    // A first connection that fails is a failure at once; one that was lost is sought while the service keeps the session.
    if (!this.token || now - lostAt > this.grace) {
      this.end("failed");
      return;
    }
    this.options.changed("lost");
    this.retry = setTimeout(() => void this.connect(), isFirst ? 0 : Math.min(2_000, 250 + (now - lostAt) / 4));
  }

  private end(status: "closed" | "failed"): void {
    const socket = this.socket;
    this.isClosed = true;
    this.socket = null;
    this.stop();
    // What was said last is on its way before the socket closes.
    setTimeout(() => socket?.close(), 300);
    this.options.changed(status);
  }

  private stop(): void {
    this.isOpen = false;
    clearTimeout(this.retry);
    clearInterval(this.pinger);
    this.socket?.close();
    this.socket = null;
  }
}
