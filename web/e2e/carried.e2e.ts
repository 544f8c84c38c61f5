import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { framesSent, heard, launch, open, picture, waitForState } from "./browser";

/** The page's conversation as a call: over UDP, over TCP where that is blocked, over SignalR where both are. */
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser.close();
});

afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});

test("Sound goes as a call, and the page says how well", async () => {
  const { page, problems } = await open(browser);
  await converse(page);
  expect(await link(page)).toMatch(/^Call over UDP, opus · \d+ ms there and back · jitter \d+ ms · 0\.0 % lost$/);
  await picture(page, "called");
  expect(await framesSent(page)).toBeLessThan(100);
  expect(problems).toEqual([]);
});

test("Sound goes over TCP where UDP is blocked", async () => {
  const { page, problems } = await open(browser, {}, { block: ["udp"] });
  await converse(page);
  expect(await link(page)).toMatch(/^Call over TCP, opus · /);
  expect(problems).toEqual([]);
});

test("Sound goes over SignalR where no call can be had", async () => {
  const { page, problems } = await open(browser, {}, { block: ["udp", "tcp"] });
  await converse(page);
  expect(await link(page)).toMatch(/^SignalR, PCM · \d+ ms there and back$/);
  expect(problems).toEqual([]);
});

/** Speaks, and hears an answer. */
async function converse(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Start talking" }).click();
  await waitForState(page, "speaking", 40_000);
  await heard(page);
  await waitForState(page, "listening", 40_000);
  expect((await heard(page)).seconds).toBeGreaterThan(0.8);
}

/** How the last answer came, as the page shows it. */
async function link(page: Page): Promise<string> {
  await page.getByRole("button", { name: /^Answered in/ }).last().click();
  return page.locator("[part=link]").innerText();
}
