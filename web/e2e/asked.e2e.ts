import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { heard, launch, open, picture } from "./browser";

/** What VOICEGLM_ASKED names is asked for by the voice of VOICEGLM_SPEECH, of the model that comes with the service: a card is shown, and something is said. */
const asked = process.env.VOICEGLM_ASKED as keyof typeof shows;

const shows = {
  draw: async (page: Page) => {
    const drawn = page.getByRole("article").last().getByRole("img");
    await expect.poll(() => drawn.evaluate((image) => (image as HTMLImageElement).naturalWidth), { timeout: 10_000 }).toBeGreaterThan(100);
    // What of it was understood is another question: the model is small and the voice new to it.
    expect(await drawn.getAttribute("alt")).toMatch(/\w+, emulated/);
  },
  look: async (page: Page) => {
    const seen = page.getByRole("article").last().getByRole("img");
    await expect.poll(() => seen.evaluate((image) => (image as HTMLImageElement).naturalWidth), { timeout: 10_000 }).toBeGreaterThan(100);
    expect(await page.getByAltText("The picture that you showed").count()).toBe(1);
  },
  think: async (page: Page) => {
    const thoughts = page.getByRole("article").last().getByText(/^Thoughts/);
    await thoughts.waitFor({ timeout: 20_000 });
    expect(await page.locator(".assistant .said").last().innerText()).not.toContain("think>");
  },
};

test("What is asked for is shown and said", async () => {
  const browser = await launch({ silence: 12 });
  try {
    const { page, problems } = await open(browser);
    await page.getByRole("button", { name: "Start talking" }).click();
    if (asked === "look") {
      await page.getByRole("button", { name: "Show a picture" }).click();
      await page.getByRole("button", { name: "Take the picture" }).click();
    }

    await expect.poll(() => page.getByRole("article").count(), { timeout: 80_000 }).toBeGreaterThan(0);
    await shows[asked](page);
    expect(await page.getByRole("article").last().innerText()).toContain("Made up by the emulator");
    let sounded = 0;
    await expect.poll(async () => (sounded += (await heard(page)).seconds), { timeout: 20_000 }).toBeGreaterThan(0.3);
    await expect.poll(() => page.locator(".assistant .said").last().innerText()).not.toBe("");
    await picture(page, `asked-${asked}`);
    expect(problems).toEqual([]);
  } finally {
    await browser.close();
  }
}, 120_000);
