import type { Link } from "../conversation";
import type { ClientMessage, ServerMessage } from "./messages";

export interface WebRtcOptions {
  context: AudioContext;
  /** Says something to the service over the hub; told again what matters when the hub is back. */
  send(message: ClientMessage): void;
  /** How loud the reply is, ten times a second while the call carries it. */
  hear(level: number): void;
}

/**
 * A call beside the hub that carries the session's sound: over UDP, or over TCP where UDP is blocked. Until it is connected, and when it cannot be had,
 * sound goes over the hub. One that the network has cut is begun again from wherever the browser is now; where that fails the hub takes over, and another
 * call is tried later.
 */
export class WebRtcConnection {
  /** Milliseconds that a cut is waited for, that a new beginning may take, and until another call is tried. */
  static readonly patience = { cut: 800, begin: 6_000, again: 5_000 };

  private peer: RTCPeerConnection | null = null;
  private element: HTMLAudioElement | null = null;
  private gain: GainNode | null = null;
  private source: MediaStreamAudioSourceNode | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private meter: ReturnType<typeof setInterval> | undefined;
  private offered: string | null = null;
  private hasCarried = false;
  private isClosed = false;

  /** The call's number for the service, 0 for none. */
  number = 0;

  /** Whether sound goes over the call now. */
  isCarrying = false;

  /** @param track What the microphone hears. */
  constructor(private readonly options: WebRtcOptions, private track: MediaStreamTrack) {
    addEventListener("online", this.move);
    networkInformation()?.addEventListener("change", this.move);
    void this.begin();
  }

  /** Takes what the service says of a call. */
  async take(message: ServerMessage & { type: "call" }): Promise<void> {
    if (message.call !== this.number) return;
    if (message.state === "connected") this.carry();
    else if (message.state === "ended") this.lose();
    else if (this.peer?.signalingState === "have-local-offer") {
      this.offered = null;
      await this.peer.setRemoteDescription({ type: "answer", sdp: message.detail! }).catch(() => this.giveUp());
    }
  }

  /** The hub is there again, with the session as it was or with a new one, to which a call of the old does not belong. */
  reopen(resumed: boolean): void {
    if (!resumed || !this.peer?.remoteDescription) void this.begin();
    else if (this.offered) this.options.send(["restart", this.number, this.offered]);
  }

  /** Another microphone speaks, or none. */
  replace(track: MediaStreamTrack | null): void {
    if (track) this.track = track;
    void this.peer?.getSenders()[0]?.replaceTrack(track).catch(() => this.giveUp());
  }

  /** Plays more softly, or as before; ramped as the hub's player does. */
  setGain(gain: number): void {
    this.gain?.gain.setTargetAtTime(gain, this.options.context.currentTime, 0.01);
  }

  /** How the sound goes, or null while the hub carries it. */
  async measure(): Promise<Link | null> {
    if (!this.isCarrying || !this.peer) return null;
    const report = new Map(await this.peer.getStats()) as Map<string, any>;
    const all = [...report.values()];
    const inbound = all.find(({ type }) => type === "inbound-rtp");
    const pair = report.get(all.find(({ type }) => type === "transport")?.selectedCandidatePairId) ?? all.find(({ type, nominated }) => type === "candidate-pair" && nominated);
    if (!inbound || !pair) return null;
    return {
      way: report.get(pair.remoteCandidateId)?.protocol === "tcp" ? "tcp" : "udp",
      codec: report.get(inbound.codecId)?.mimeType?.replace("audio/", "") ?? "",
      roundTrip: 1000 * (pair.currentRoundTripTime ?? 0),
      wait: (1000 * (inbound.jitterBufferDelay ?? 0)) / Math.max(1, inbound.jitterBufferEmittedCount ?? 1),
      jitter: 1000 * (inbound.jitter ?? 0),
      loss: inbound.packetsLost / Math.max(1, inbound.packetsReceived + inbound.packetsLost),
    };
  }

  /** Hangs up. */
  close(): void {
    this.isClosed = true;
    removeEventListener("online", this.move);
    networkInformation()?.removeEventListener("change", this.move);
    this.drop();
  }

  private async begin(): Promise<void> {
    this.drop();
    if (this.isClosed || typeof RTCPeerConnection === "undefined") return;
    const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    this.peer = peer;
    this.number = Date.now();
    peer.addTransceiver(this.track, { direction: "sendrecv" });
    peer.ontrack = ({ track }) => this.play(track);
    peer.onconnectionstatechange = () => peer === this.peer && this.follow(peer.connectionState);
    await this.offer(peer, "offer");
  }

  // The answer is whole and the service answers checks, so nobody waits for this side's candidates.
  private async offer(peer: RTCPeerConnection, kind: "offer" | "restart"): Promise<void> {
    try {
      await peer.setLocalDescription();
      if (peer !== this.peer) return;
      this.offered = peer.localDescription!.sdp;
      this.options.send([kind, this.number, this.offered]);
      this.after(WebRtcConnection.patience.begin, () => this.isCarrying && peer.connectionState === "connected" || this.giveUp());
    } catch {
      this.giveUp();
    }
  }

  private follow(state: RTCPeerConnectionState): void {
    if (state === "connected" && this.isCarrying) clearTimeout(this.timer);
    else if (state === "disconnected") this.after(WebRtcConnection.patience.cut, this.move);
    else if (state === "failed" && this.isCarrying) this.move();
    else if (state === "failed") this.giveUp();
  }

  private carry(): void {
    clearTimeout(this.timer);
    this.isCarrying = this.hasCarried = true;
    this.meter ??= setInterval(() => this.listen(), 100);
  }

  /** The browser is in another network, or the way there is cut: ICE begins again, and the call goes on. */
  private readonly move = (): void => {
    const { peer } = this;
    if (!peer) {
      void this.begin();
    } else if (peer.signalingState === "stable" && peer.remoteDescription) {
      peer.restartIce();
      void this.offer(peer, "restart");
    }
  };

  private giveUp(): void {
    if (this.number !== 0) this.options.send(["hang_up"]);
    this.lose();
  }

  /** The hub carries the sound. A call that once went may go again; one that never did waits until the network changes. */
  private lose(): void {
    this.drop();
    if (this.hasCarried) this.after(WebRtcConnection.patience.again, () => void this.begin());
  }

  private drop(): void {
    clearTimeout(this.timer);
    clearInterval(this.meter);
    this.meter = undefined;
    this.number = 0;
    this.offered = null;
    this.isCarrying = false;
    this.peer?.close();
    this.peer = null;
    this.source?.disconnect();
    this.gain?.disconnect();
    this.element?.pause();
    this.source = this.gain = this.element = null;
  }

  private play(track: MediaStreamTrack): void {
    const { context } = this.options;
    const stream = new MediaStream([track]);
    // Chromium lets a remote track flow into a graph only while an element plays it.
    this.element = new Audio();
    this.element.srcObject = stream;
    this.element.muted = true;
    void this.element.play().catch(() => undefined);
    this.source = context.createMediaStreamSource(stream);
    this.gain = context.createGain();
    this.source.connect(this.gain).connect(context.destination);
  }

  private listen(): void {
    this.options.hear(this.peer?.getReceivers()[0]?.getSynchronizationSources()[0]?.audioLevel ?? 0);
  }

  private after(milliseconds: number, then: () => void): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(then, milliseconds);
  }
}

/** Where the browser tells of another network. */
function networkInformation(): EventTarget | undefined {
  return (navigator as { connection?: EventTarget }).connection;
}
