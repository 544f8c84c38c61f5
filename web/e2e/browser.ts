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
  const args = ["--no-sandbox", "--autoplay-policy=user-gesture-required", "--disable-features=LocalNetworkAccessChecks"];
  if (microphone) args.push("--use-fake-device-for-media-stream", `--use-file-for-fake-audio-capture=${withSilence(speech, silence)}`);
  if (permission === "granted") args.push("--use-fake-ui-for-media-stream");
  return chromium.launch({ executablePath: findChromium(), args });
}

/** A page that counts what comes out of its speaker, and collects what goes wrong. */
export async function open(browser: Browser, options: Parameters<Browser["newContext"]>[0] = {}, path = "/"): Promise<{ page: Page; context: BrowserContext; problems: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-US", ...options });
  await context.addInitScript(listen);
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

/** Writes all that has left the page's speaker since it was opened, as a wave file of 16-bit mono. Samples per second are the speaker's. */
export async function save(page: Page, path: string): Promise<void> {
  const { rate, bytes } = await page.evaluate(async () => {
    const { rate, blocks } = (window as unknown as { tape: Tape }).tape;
    const url = await new Promise<string>((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result as string);
      reader.readAsDataURL(new Blob(blocks.map((block) => Int16Array.from(block, (sample) => Math.max(-1, Math.min(1, sample)) * 32767))));
    });
    return { rate, bytes: url.slice(url.indexOf(",") + 1) };
  });
  const samples = Buffer.from(bytes, "base64");
  const header = Buffer.from(`RIFF....WAVEfmt ${" ".repeat(20)}data....`, "latin1");
  const put = (at: number, value: number, size: 2 | 4) => (size === 4 ? header.writeUInt32LE(value, at) : header.writeUInt16LE(value, at));
  put(4, header.length - 8 + samples.length, 4);
  put(16, 16, 4);
  put(20, 1, 2);
  put(22, 1, 2);
  put(24, rate, 4);
  put(28, 2 * rate, 4);
  put(32, 2, 2);
  put(34, 16, 2);
  put(40, samples.length, 4);
  writeFileSync(path, Buffer.concat([header, samples]));
}

/** What has left the speaker: samples per second, and blocks of samples. */
interface Tape {
  rate: number;
  blocks: Float32Array[];
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

/** Runs in the page before its scripts: notes the states, puts an ear at every audio context's destination, and keeps the sockets at hand. */
function listen(): void {
  const states: string[] = [];
  (window as unknown as { states: string[] }).states = states;
  document.addEventListener("voice-glm:state", (event) => states.push((event as CustomEvent<{ state: string }>).detail.state));
  const ear = { peak: 0, seconds: 0 };
  (window as unknown as { ear: typeof ear }).ear = ear;
  const sockets: WebSocket[] = [];
  (window as unknown as { sockets: typeof sockets }).sockets = sockets;
  window.WebSocket = class extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      sockets.push(this);
    }
  };
  const tape: Tape = { rate: 0, blocks: [] };
  (window as unknown as { tape: Tape }).tape = tape;
  const connect = AudioNode.prototype.connect as (this: AudioNode, ...args: unknown[]) => unknown;
  AudioNode.prototype.connect = function (this: AudioNode, ...args: unknown[]) {
    if (args[0] instanceof AudioDestinationNode) {
      const analyser = new AnalyserNode(this.context, { fftSize: 2048 });
      connect.call(this, analyser);
      tape.rate = this.context.sampleRate;
      const recorder = (this.context as AudioContext).createScriptProcessor(4096, 1, 1);
      recorder.onaudioprocess = (event) => tape.blocks.push(event.inputBuffer.getChannelData(0).slice());
      connect.call(this, recorder);
      connect.call(recorder, args[0]);
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
