import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { heard, launch, open, picture, state, states, url, waitForState } from "./browser";

/** A person with a browser: what they see, hear and can do. Runs against any host of the page and the hub. */
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});

afterAll(async () => {
  await browser?.close();
});

test("A spoken question is listened to, thought about and answered aloud", async () => {
  const { page, problems } = await open(browser);
  expect(await state(page)).toBe("idle");
  await page.getByRole("button", { name: "Start talking" }).click();
  await waitForState(page, "speaking");
  // A reply that was guessed sounds at once: no look at the page need have caught it thinking.
  expect(await states(page)).toEqual(["connecting", "listening", "hearing", "thinking", "speaking"]);
  await heard(page);
  await page.waitForTimeout(1_500);
  const sound = await heard(page);
  expect(sound.peak).toBeGreaterThan(0.05);
  expect(sound.seconds).toBeGreaterThan(0.5);
  const log = page.getByRole("log");
  await expect.poll(() => log.locator(".user").count()).toBeGreaterThan(0);
  await expect.poll(() => log.locator(".assistant .said").last().innerText()).not.toBe("");
  expect(problems).toEqual([]);
});

test("The latency of a turn is shown on demand", async () => {
  const { page } = await open(browser);
  await page.getByRole("button", { name: "Start talking" }).click();
  const latency = page.getByRole("button", { name: /^Answered in \d+ ms$/ });
  await latency.first().click({ timeout: 30_000 });
  expect(await page.locator(".waterfall dt").allInnerTexts()).toEqual(["End of speech", "Hear", "Read", "First token", "First sound", "Network"]);
});

test("Speech over the answer stops it, shows what was not heard, and is answered", async () => {
  const impatient = await launch({ silence: 2 });
  try {
    const { page, problems } = await open(impatient);
    await page.getByRole("button", { name: "Start talking" }).click();
    await waitForState(page, "speaking");
    await waitForState(page, "hearing");
    await expect.poll(() => page.getByText("Interrupted").count()).toBeGreaterThan(0);
    const unheard = await page.locator(".unheard").first().innerText();
    expect(unheard.length).toBeGreaterThan(0);
    await page.waitForTimeout(300);
    await heard(page);
    await page.waitForTimeout(500);
    expect((await heard(page)).peak).toBeLessThan(0.01);
    await picture(page, "interrupted");
    await waitForState(page, "speaking");
    expect(problems).toEqual([]);
  } finally {
    await impatient.close();
  }
});

test("Esc and the stop button silence the answer", async () => {
  const { page } = await open(browser);
  await page.getByRole("textbox").fill("Tell me a long story about the sea, please.");
  await page.keyboard.press("Enter");
  await waitForState(page, "speaking");
  await page.keyboard.press("Escape");
  await waitForState(page, "listening");
  await page.getByRole("textbox").fill("And another one about the mountains, please.");
  await page.keyboard.press("Enter");
  await waitForState(page, "speaking");
  await page.getByRole("button", { name: "Stop the answer" }).click();
  await waitForState(page, "listening");
});

test("A reload in the middle of an answer goes on with the same conversation", async () => {
  const { page, problems } = await open(browser);
  await page.getByRole("textbox").fill("Please go on over a reload of the page.");
  await page.keyboard.press("Enter");
  await waitForState(page, "speaking");
  await page.waitForTimeout(1_000);
  await page.reload();
  await waitForState(page, "speaking");
  expect(await page.locator(".user").first().innerText()).toContain("Please go on over a reload of the page.");
  expect(await page.locator(".divider").count()).toBe(0);
  // A browser may hold the sound back after a reload until the page is touched; the answer waits.
  await page.locator(".stage").click();
  await heard(page);
  await page.waitForTimeout(1_500);
  expect((await heard(page)).seconds).toBeGreaterThan(0.5);
  await waitForState(page, "listening", 40_000);
  expect(problems).toEqual([]);
});

test("A lost connection comes back by itself and the answer goes on", async () => {
  const { page, context } = await open(browser);
  await page.getByRole("textbox").fill("Please go on when the network comes back.");
  await page.keyboard.press("Enter");
  await waitForState(page, "speaking");
  await context.setOffline(true);
  await page.evaluate(() => (window as unknown as { sockets: WebSocket[] }).sockets.forEach((socket) => socket.close()));
  await waitForState(page, "connecting");
  await picture(page, "reconnecting");
  await context.setOffline(false);
  await waitForState(page, "speaking");
  await waitForState(page, "listening", 40_000);
  expect(await page.getByText("Interrupted").count()).toBe(0);
});

test("A muted microphone is not listened to", async () => {
  const talkative = await launch({ silence: 1 });
  const { page } = await open(talkative);
  await page.getByRole("button", { name: "Start talking" }).click();
  await waitForState(page, ["listening", "hearing"]);
  await page.getByRole("button", { name: "Mute microphone" }).click();
  await waitForState(page, ["muted", "speaking"]);
  await waitForState(page, "muted", 40_000);
  await page.waitForTimeout(2_000); // What was said before the click still becomes a turn,
  await waitForState(page, "muted", 40_000); // and is answered.
  const count = await page.locator(".user").count();
  await page.waitForTimeout(5_000); // The microphone has spoken once more by then.
  expect(await page.locator(".user").count()).toBe(count);
  await talkative.close();
}, 90_000);

test("Another microphone can be picked in mid-conversation", async () => {
  const { page, problems } = await open(browser);
  await page.getByRole("button", { name: "Start talking" }).click();
  const picker = page.getByRole("combobox", { name: "Microphone" });
  const first = await picker.inputValue();
  const other = (await picker.locator("option").evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value))).find((value) => value !== first)!;
  await picker.selectOption(other);
  await page.getByRole("button", { name: "Mute microphone" }).waitFor();
  expect(await picker.inputValue()).toBe(other);
  await waitForState(page, ["thinking", "speaking"]);
  expect(problems).toEqual([]);
});

test("Space held is push-to-talk", async () => {
  const { page } = await open(browser);
  await page.getByRole("button", { name: "Start talking" }).click();
  await waitForState(page, ["listening", "hearing"]);
  await page.getByRole("button", { name: "Mute microphone" }).click();
  await page.locator(".stage").click();
  await waitForState(page, "muted", 40_000);
  await page.keyboard.down("Space");
  await waitForState(page, "hearing");
  await page.waitForTimeout(500);
  await page.keyboard.up("Space");
  await waitForState(page, ["thinking", "speaking"]);
}, 90_000);

test("What the service suggests is asked by a click, and answered aloud", async () => {
  const { page, problems } = await open(browser);
  const examples = page.getByRole("list", { name: "Things to ask" });
  await examples.getByRole("button").nth(1).waitFor();
  await picture(page, "examples");
  await page.setViewportSize({ width: 390, height: 780 });
  await picture(page, "examples-phone");
  await examples.getByRole("button", { name: "What is seven plus five?" }).click();
  await waitForState(page, "speaking");
  expect(await page.locator(".user").last().innerText()).toContain("What is seven plus five?");
  expect(await examples.count()).toBe(0);
  expect(problems).toEqual([]);
});

test("A microphone that is denied is told, and writing goes on", async () => {
  const strict = await launch({ permission: "denied" });
  try {
    const { page } = await open(strict, { permissions: [] });
    await page.getByRole("button", { name: "Start talking" }).click();
    await expect.poll(() => page.getByRole("alert").innerText()).toContain("The microphone is blocked for this page.");
    await picture(page, "denied");
    await page.getByRole("textbox").fill("Then I write.");
    await page.keyboard.press("Enter");
    await waitForState(page, "speaking");
  } finally {
    await strict.close();
  }
});

test("A machine without a microphone says so", async () => {
  const deaf = await launch({ microphone: false });
  try {
    const { page } = await open(deaf);
    await page.getByRole("button", { name: "Start talking" }).click();
    await expect.poll(() => page.getByRole("alert").innerText()).toContain("No microphone was found.");
  } finally {
    await deaf.close();
  }
});

test("The widget sits in a page of another origin", async () => {
  const { page, context, problems } = await open(browser);
  const other = "http://shop.localhost:8099/";
  await context.route(`${other}**`, (route) =>
    route.fulfill({
      contentType: "text/html",
      body: `<!doctype html><html lang="zh"><title>Shop</title><h1>Shop</h1><p>${"Lorem ipsum dolor sit amet. ".repeat(80)}</p>
        <script type="module" src="${new URL("voice-glm.js", url).href}"></script><voice-glm layout="floating" greeting="欢迎光临" mode="hybrid"></voice-glm>`,
    }),
  );
  await page.goto(other);
  const events = await page.evaluateHandle(() => {
    const seen: string[] = [];
    for (const name of ["start", "state", "message", "error", "end"]) document.addEventListener(`voice-glm:${name}`, () => seen.push(name));
    return seen;
  });
  await page.getByRole("button", { name: "和我们聊聊" }).click();
  await picture(page, "widget-open");
  await page.getByRole("button", { name: "开始对话" }).click();
  await waitForState(page, "speaking");
  await picture(page, "widget-speaking");
  await expect.poll(() => page.locator(".assistant .said").last().innerText()).not.toBe("");
  await page.getByRole("button", { name: "结束对话" }).click();
  await waitForState(page, "ended");
  expect(await events.jsonValue()).toEqual(expect.arrayContaining(["start", "state", "end"]));
  expect(problems).toEqual([]);
});

test("The page can be used without a mouse, and names what it shows", async () => {
  const { page } = await open(browser);
  const log = page.getByRole("log");
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.querySelector("voice-glm")!.shadowRoot!.activeElement?.textContent?.trim())).toBe("Start talking");
  await page.keyboard.press("Enter");
  await waitForState(page, "hearing");
  expect(await log.getAttribute("aria-live")).toBe("polite");
  const small = await page.locator("voice-glm").evaluate((element) =>
    [...element.shadowRoot!.querySelectorAll("button, select, input")].filter((control) => control.getBoundingClientRect().height < 44).map((control) => control.outerHTML.slice(0, 80)),
  );
  expect(small).toEqual([]);
});
