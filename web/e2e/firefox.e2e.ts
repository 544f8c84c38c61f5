import { existsSync } from "node:fs";
import puppeteer, { type Browser, type KeyInput, type Page } from "puppeteer-core";
import { expect, test } from "vitest";
import { url } from "./browser";
import { dial, type Call } from "./call";

/**
 * Firefox's calls, without the page's code and with it. Its fake microphone is a tone that never pauses, so switching it off stands for silence; the parrot at the
 * other end says the tone back. Without a sound card Firefox runs no graph, so what arrives is heard by the energy that the receiver tells.
 */
test("Firefox calls, hears an answer and interrupts the next", async () => {
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await page.evaluate(dial);
    await page.evaluate(listen);
    await page.evaluate(speak, 3_000);
    await poll(page, longest).toBeGreaterThan(1.5);
    await poll(page, isSilent).toBe(true);

    await page.evaluate(forget);
    await page.evaluate(speak, 6_000);
    await poll(page, answers).toBe(1);
    await page.evaluate(speak, 1_500);
    // It would have gone on for more than five seconds.
    expect(await page.evaluate(longest)).toBeLessThan(3);
    await poll(page, answers).toBe(2);
    expect(await page.evaluate(codec)).toBe("audio/opus");
  } finally {
    await browser.close();
  }
});

test("The page converses by call in Firefox", async () => {
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await click(page, "start-button");
    await waitForPhase(page, ["listening", "hearing"]);
    await click(page, "mute-button");
    await waitForPhase(page, ["muted"]);
    await click(page, "stage"); // Space would press the button that was clicked last.
    // What is said while the key is held is one utterance.
    await page.keyboard.down(" " as KeyInput);
    await waitForPhase(page, ["hearing"]);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await page.keyboard.up(" " as KeyInput);
    await waitForPhase(page, ["speaking"]);
    await waitForPhase(page, ["muted"]);
    await click(page, "time-button");
    expect(await page.locator(">>> [part=link]").map((element) => element.textContent).wait()).toMatch(/^Call over UDP, opus/);
  } finally {
    await browser.close();
  }
}, 90_000);

function launch(): Promise<Browser> {
  return puppeteer.launch({
    browser: "firefox",
    executablePath: findFirefox(),
    extraPrefsFirefox: {
      "media.navigator.streams.fake": true,
      "media.navigator.permission.disabled": true,
      "media.autoplay.default": 0,
      "media.peerconnection.ice.loopback": true,
    },
  });
}

function click(page: Page, part: string): Promise<void> {
  return page.locator(`>>> [part~=${part}]`).click();
}

async function waitForPhase(page: Page, phases: string[]): Promise<void> {
  await page.waitForFunction((expected) => expected.includes((document.querySelector("voice-glm") as HTMLElement & { phase: string }).phase), { timeout: 40_000, polling: 20 }, phases);
}

function findFirefox(): string {
  const found = [process.env.FIREFOX, "/usr/bin/firefox-esr", "/usr/bin/firefox"].find((path) => path && existsSync(path));
  if (!found) throw new Error("Firefox was not found: apt-get install firefox-esr, or set FIREFOX to its path.");
  return found;
}

function poll<T>(page: Page, look: () => T) {
  return expect.poll(() => page.evaluate(look), { timeout: 30_000 });
}

// The rest runs in the page.

/** Notes when sound arrives. */
function listen(): void {
  const { call } = window as unknown as Call;
  setInterval(async () => {
    const stats = [...(await call.connection.getStats()).values()] as { type: string; audioLevel?: number }[];
    if (stats.some((stat) => stat.type === "inbound-rtp" && (stat.audioLevel ?? 0) > 0.01)) call.sounds();
  }, 40);
}

/** Speaks for a while and is silent then. */
async function speak(milliseconds: number): Promise<void> {
  const { track } = (window as unknown as Call).call.connection.getSenders()[0]!;
  track!.enabled = true;
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  track!.enabled = false;
}

function forget(): void {
  (window as unknown as Call).call.spans.length = 0;
}

function answers(): number {
  return (window as unknown as Call).call.spans.length;
}

function longest(): number {
  return Math.max(0, ...(window as unknown as Call).call.spans.map((span) => span.seconds));
}

function isSilent(): boolean {
  const last = (window as unknown as Call).call.spans.at(-1)!;
  return performance.now() - last.begun - 1000 * last.seconds > 700;
}

/** What is heard is coded in. */
async function codec(): Promise<string | undefined> {
  const stats = [...(await (window as unknown as Call).call.connection.getStats()).values()] as { id: string; type: string; codecId?: string; mimeType?: string }[];
  return stats.find((stat) => stat.id === stats.find((other) => other.type === "inbound-rtp")?.codecId)?.mimeType;
}
