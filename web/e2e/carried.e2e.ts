import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Answered, framesSent, heard, launch, open, picture, waitForState } from "./browser";

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

test("A call moves to another network in the middle of an answer", async () => {
  const { page, problems } = await open(browser);
  await answer(page);
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await expect.poll(() => page.evaluate(() => (window as unknown as Answered).answered.length)).toBe(2);
  await goesOn(page);
  expect(await page.evaluate(() => new Set((window as unknown as Answered).answered).size)).toBe(1);
  expect(await link(page)).toMatch(/^Call over UDP/);
  expect(problems).toEqual([]);
});

test("An answer goes on over SignalR when its call is lost, and the next comes by another call", async () => {
  const { page, problems } = await open(browser);
  await answer(page);
  await page.evaluate(() => (window as unknown as Answered).answered.at(-1)!.close());
  await goesOn(page);
  expect(await page.getByText("Interrupted").count()).toBe(0);
  await expect.poll(() => page.evaluate(() => (window as unknown as Answered).answered.length), { timeout: 15_000 }).toBe(2);
  await waitForState(page, "speaking", 40_000);
  await waitForState(page, "listening", 40_000);
  expect(await link(page)).toMatch(/^Call over UDP/);
  expect(problems).toEqual([]);
});

test("A call goes on while the hub's socket is lost", async () => {
  const { page, context } = await open(browser);
  await answer(page);
  await context.setOffline(true);
  await page.evaluate(() => (window as unknown as { sockets: WebSocket[] }).sockets.forEach((socket) => socket.close()));
  await heard(page);
  await page.waitForTimeout(1_500);
  expect((await heard(page)).seconds).toBeGreaterThan(1);
  await waitForState(page, "connecting");
  await context.setOffline(false);
  await waitForState(page, ["listening", "hearing"], 40_000);
  expect(await page.getByText("Interrupted").count()).toBe(0);
  expect(await link(page)).toMatch(/^Call over UDP/);
});

/** Speaks, until an answer sounds by a call. */
async function answer(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Start talking" }).click();
  await waitForState(page, "speaking", 40_000);
  await expect.poll(async () => (await heard(page)).seconds).toBeGreaterThan(0);
}

/** The answer that sounds goes on to its end. */
async function goesOn(page: Page): Promise<void> {
  await heard(page);
  await waitForState(page, "listening", 40_000);
  expect((await heard(page)).seconds).toBeGreaterThan(1);
}

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
