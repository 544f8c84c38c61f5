import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";

/** The service under test. Any host of the page and the hub will do: the parrot, or the server with a model. */
export const url = process.env.VOICEGLM_URL ?? "http://127.0.0.1:5080";

/** What the microphone hears, and then silence, again and again: a wave file of 16-bit mono. */
const speech = process.env.VOICEGLM_SPEECH ?? fileURLToPath(new URL("../../tests/Fixtures/audio/speech_en.wav", import.meta.url));

const candidates = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/opt/google/chrome/chrome"];

/** The browser's path. */
export function findChromium(): string {
  const found = candidates.find((path) => path && existsSync(path));
  if (!found) throw new Error("Chromium was not found: apt-get install chromium, or set CHROMIUM to its path.");
  return found;
}

export interface BrowserOptions {
  /** Whether the user allows the microphone. */
  permission?: "granted" | "denied";
  /** Whether a microphone is there, and speaks. */
  microphone?: boolean;
  /** Seconds of silence between two times that the microphone speaks: time for an answer, or too little. */
  silence?: number;
}

export async function launch({ permission = "granted", microphone = true, silence = 8 }: BrowserOptions = {}): Promise<Browser> {
  // The page of another origin in these tests comes from nowhere, which a browser does not let speak to this machine.
  const args = ["--no-sandbox", "--autoplay-policy=user-gesture-required", "--disable-features=LocalNetworkAccessChecks", "--allow-loopback-in-peer-connection"];
  if (microphone) args.push("--use-fake-device-for-media-stream", `--use-file-for-fake-audio-capture=${withSilence(speech, silence)}`);
  if (permission === "granted") args.push("--use-fake-ui-for-media-stream");
  return chromium.launch({ executablePath: findChromium(), args });
}

/** What a firewall may not let through. */
export type Protocol = "udp" | "tcp";

/** A page that counts what comes out of its speaker, and collects what goes wrong. */
export async function open(browser: Browser, options: Parameters<Browser["newContext"]>[0] = {}, { path = "/", block = [] as Protocol[] } = {}): Promise<{ page: Page; context: BrowserContext; problems: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-US", ...options });
  await context.addInitScript(listen, process.env.VOICEGLM_RECORDING !== undefined);
  await context.addInitScript(blockCalls, block);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  await page.goto(new URL(path, url).href);
  await page.locator("voice-glm").waitFor();
  return { page, context, problems };
}

/** The state that the element has announced last. */
export async function state(page: Page): Promise<string> {
  return page.locator("voice-glm").evaluate((element) => (element as HTMLElement & { phase: string }).phase);
}

export async function waitForState(page: Page, expected: string | string[], timeout = 20_000): Promise<void> {
  await page.waitForFunction((states) => states.includes((document.querySelector("voice-glm") as HTMLElement & { phase: string }).phase), [expected].flat(), { timeout, polling: 20 });
}

/** All states that the element has announced since the page was opened. */
export async function states(page: Page): Promise<string[]> {
  return page.evaluate(() => (window as unknown as { states: string[] }).states);
}

/** Loudness of what has left the page's speaker since the last question: peak, and seconds that were not silent. */
export async function heard(page: Page): Promise<{ peak: number; seconds: number }> {
  return page.evaluate(() => {
    const ear = (window as unknown as { ear: { peak: number; seconds: number } }).ear;
    const result = { peak: ear.peak, seconds: ear.seconds };
    ear.peak = ear.seconds = 0;
    return result;
  });
}

/** Writes all that has left the page's speaker since it was opened, as a wave file of 16-bit mono at 16 kHz. Only where VOICEGLM_RECORDING is set. */
export async function save(page: Page, path: string): Promise<void> {
  const base64 = await page.evaluate(async () => {
    const { recorder, parts } = (window as unknown as { tape: Tape }).tape;
    const stopped = new Promise((resolve) => recorder.addEventListener("stop", resolve));
    recorder.stop();
    await stopped;
    const sound = await new OfflineAudioContext(1, 1, 16_000).decodeAudioData(await new Blob(parts).arrayBuffer());
    const samples = Int16Array.from(sound.getChannelData(0), (sample) => Math.max(-1, Math.min(1, sample)) * 32767);
    const reader = new FileReader();
    const read = new Promise((resolve) => reader.addEventListener("load", resolve));
    reader.readAsDataURL(new Blob([samples]));
    await read;
    return (reader.result as string).split(",")[1]!;
  });
  const samples = Buffer.from(base64, "base64");
  const header = Buffer.from(`RIFF....WAVEfmt ${" ".repeat(20)}data....`, "latin1");
  header.writeUInt32LE(header.length - 8 + samples.length, 4);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(16_000, 24);
  header.writeUInt32LE(32_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.writeUInt32LE(samples.length, 40);
  writeFileSync(path, Buffer.concat([header, samples]));
}

/** What has left the speaker. */
interface Tape {
  recorder: MediaRecorder;
  parts: Blob[];
}

/** Saves a picture when VOICEGLM_SCREENSHOTS names a folder. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.VOICEGLM_SCREENSHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png` });
}

/** A copy of a plain wave file (44 bytes of header) that goes on in silence. */
function withSilence(path: string, seconds: number): string {
  const wave = readFileSync(path);
  const longer = Buffer.concat([wave, Buffer.alloc(2 * seconds * wave.readUInt32LE(24))]);
  longer.writeUInt32LE(longer.length - 8, 4);
  longer.writeUInt32LE(longer.length - 44, 40);
  const copy = join(mkdtempSync(join(tmpdir(), "voiceglm-")), "microphone.wav");
  writeFileSync(copy, longer);
  return copy;
}

/** A page's call: each answer that it took, whose last connection is the call now. */
export interface Answered {
  answered: RTCPeerConnection[];
}

/** Runs in the page before its scripts: lets no call through that goes by these protocols, as if the service could not be reached by them. Keeps the others at hand. */
function blockCalls(protocols: Protocol[]): void {
  const answered: RTCPeerConnection[] = [];
  (window as unknown as Answered).answered = answered;
  const take = RTCPeerConnection.prototype.setRemoteDescription as (this: RTCPeerConnection, description: RTCSessionDescriptionInit) => Promise<void>;
  const isBlocked = (line: string) => protocols.some((protocol) => line.startsWith("a=candidate:") && line.split(" ")[2]!.toLowerCase() === protocol);
  RTCPeerConnection.prototype.setRemoteDescription = function (this: RTCPeerConnection, description: RTCSessionDescriptionInit) {
    const sdp = description.sdp!.split("\r\n").filter((line) => !isBlocked(line)).join("\r\n");
    answered.push(this);
    return take.call(this, { type: description.type, sdp });
  } as typeof RTCPeerConnection.prototype.setRemoteDescription;
}

/** Items of sound that the page has sent over the hub. */
export async function framesSent(page: Page): Promise<number> {
  return page.evaluate(() => (window as unknown as { frames: { sent: number } }).frames.sent);
}

/** Runs in the page before its scripts: notes the states, puts an ear at every audio context's destination, and keeps the sockets at hand. */
function listen(records: boolean): void {
  const states: string[] = [];
  (window as unknown as { states: string[] }).states = states;
  document.addEventListener("voice-glm:state", (event) => states.push((event as CustomEvent<{ state: string }>).detail.state));
  const ear = { peak: 0, seconds: 0 };
  (window as unknown as { ear: typeof ear }).ear = ear;
  const frames = { sent: 0 };
  (window as unknown as { frames: typeof frames }).frames = frames;
  const sockets: WebSocket[] = [];
  (window as unknown as { sockets: typeof sockets }).sockets = sockets;
  window.WebSocket = class extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      sockets.push(this);
    }

    override send(data: Parameters<WebSocket["send"]>[0]): void {
      if (data instanceof Uint8Array && data.byteLength > 640) frames.sent++;
      super.send(data);
    }
  };
  const connect = AudioNode.prototype.connect as (this: AudioNode, ...args: unknown[]) => unknown;
  AudioNode.prototype.connect = function (this: AudioNode, ...args: unknown[]) {
    if (args[0] instanceof AudioDestinationNode) {
      const analyser = new AnalyserNode(this.context, { fftSize: 2048 });
      connect.call(this, analyser);
      if (records) {
        const tap = new MediaStreamAudioDestinationNode(this.context as AudioContext);
        connect.call(this, tap);
        const tape: Tape = { recorder: new MediaRecorder(tap.stream), parts: [] };
        (window as unknown as { tape: Tape }).tape = tape;
        tape.recorder.addEventListener("dataavailable", (event) => tape.parts.push(event.data));
        tape.recorder.start();
      }
      const samples = new Float32Array(analyser.fftSize);
      let last = performance.now();
      setInterval(() => {
        // A busy machine looks less often than every 40 ms.
        const now = performance.now();
        const elapsed = now - last;
        last = now;
        analyser.getFloatTimeDomainData(samples);
        const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
        ear.peak = Math.max(ear.peak, peak);
        if (peak > 0.01) ear.seconds += elapsed / 1000;
      }, 40);
    }
    return connect.apply(this, args);
  } as typeof AudioNode.prototype.connect;
}
