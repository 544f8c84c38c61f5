import type { MicrophoneFault } from "../conversation";
import type { CapturedFrame } from "./capture.worklet";
import captureUrl from "./capture.worklet.ts?worker&url";

/** The user's microphone as frames of 20 ms, with the browser's echo cancellation and noise suppression. */
export class Microphone {
  private constructor(
    private readonly stream: MediaStream,
    private readonly source: MediaStreamAudioSourceNode,
    private readonly worklet: AudioWorkletNode,
  ) {}

  /**
   * Asks for the microphone and begins to record.
   * @param deviceId Which one, or null for the browser's choice.
   * @throws MicrophoneError saying why there is none.
   */
  static async open(context: AudioContext, deviceId: string | null, receive: (frame: CapturedFrame) => void, lost: () => void): Promise<Microphone> {
    const stream = await Microphone.ask(deviceId);
    try {
      await context.audioWorklet.addModule(captureUrl);
      const source = context.createMediaStreamSource(stream);
      const worklet = new AudioWorkletNode(context, "voice-glm-capture", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
      worklet.port.onmessage = ({ data }: MessageEvent<CapturedFrame>) => receive(data);
      source.connect(worklet);
      stream.getAudioTracks()[0]?.addEventListener("ended", lost);
      return new Microphone(stream, source, worklet);
    } catch (error) {
      for (const track of stream.getTracks()) track.stop();
      throw new MicrophoneError("failed", { cause: error });
    }
  }

  /** The microphones there are; without permission they have no names. */
  static async devices(): Promise<MediaDeviceInfo[]> {
    const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    return devices.filter((device) => device.kind === "audioinput" && device.deviceId !== "");
  }

  /** Which microphone it is. */
  get deviceId(): string {
    return this.stream.getAudioTracks()[0]?.getSettings().deviceId ?? "";
  }

  /** What it hears, for a call. */
  get track(): MediaStreamTrack {
    return this.stream.getAudioTracks()[0]!;
  }

  /** A muted microphone records silence; its clock goes on. */
  set muted(muted: boolean) {
    for (const track of this.stream.getAudioTracks()) track.enabled = !muted;
  }

  close(): void {
    this.worklet.port.onmessage = null;
    this.source.disconnect();
    for (const track of this.stream.getTracks()) track.stop();
  }

  private static async ask(deviceId: string | null): Promise<MediaStream> {
    if (!window.isSecureContext || !navigator.mediaDevices) throw new MicrophoneError("insecure");
    const audio: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
    if (deviceId) audio.deviceId = { exact: deviceId };
    try {
      return await navigator.mediaDevices.getUserMedia({ audio });
    } catch (error) {
      throw new MicrophoneError(faultOf(error), { cause: error });
    }
  }
}

/** There is no microphone, and why. */
export class MicrophoneError extends Error {
  constructor(readonly fault: MicrophoneFault, options?: ErrorOptions) {
    super(fault, options);
  }
}

/** What an error of getUserMedia means, by the names of the Media Capture specification. */
export function faultOf(error: unknown): MicrophoneFault {
  switch ((error as DOMException | null)?.name) {
    case "NotAllowedError":
      return isForbiddenByFrame() ? "policy" : "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "none";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    case "SecurityError":
      return "insecure";
    default:
      return "failed";
  }
}

/** In a frame without `allow="microphone"` the browser refuses without asking anybody. */
function isForbiddenByFrame(): boolean {
  if (typeof window === "undefined" || window.self === window.top) return false;
  const policy = (document as { featurePolicy?: { allowsFeature(name: string): boolean } }).featurePolicy;
  return policy ? !policy.allowsFeature("microphone") : false;
}
