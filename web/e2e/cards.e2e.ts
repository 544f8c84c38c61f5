import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { launch, open, picture } from "./browser";

/** What tools make, shown; and pictures that are shown to them. The parrot shows one of each kind when asked. */
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

test("Each kind of card shows what it has, and runs nothing of it", async () => {
  const { page, problems } = await open(browser);
  await write(page, "/cards");
  const cards = page.getByRole("article");
  await expect.poll(() => cards.count(), { timeout: 20_000 }).toBe(9); // the film's second card took the place of its first
  const card = (name: string) => page.getByRole("article", { name });

  await expect.poll(() => card("Who wrote the first program?").innerText()).toContain("Ada Lovelace, in 1843");
  expect(await card("Who wrote").getByRole("link").evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href))).toEqual(["https://example.com/sketch"]);
  expect(await card("Who wrote").getByRole("row").count()).toBe(3);
  expect(await card("Who wrote").locator("img").count()).toBe(0);
  expect(await page.title()).not.toBe("taken");

  expect(await card("A red fox").innerText()).toContain("Made up by the emulator");
  expect(await card("A red fox").getByRole("img").getAttribute("alt")).toMatch(/^A red fox in fresh snow/);
  const frame = (await card("What is on the table?").locator(".frame").boundingBox())!;
  const cup = (await card("What is on the table?").locator(".box").first().boundingBox())!;
  expect(Math.abs((cup.x - frame.x) / frame.width - 0.1)).toBeLessThan(0.02);
  expect(Math.abs(cup.height / frame.height - 0.6)).toBeLessThan(0.02);

  const code = card("Sort a list");
  expect(await code.locator(".hljs-keyword").first().innerText()).toBe("def");
  await code.getByRole("button", { name: "Version 2" }).click();
  expect(await code.locator("pre").innerText()).toContain("result.sort()");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await code.getByRole("button", { name: "Copy" }).click();
  await code.getByRole("button", { name: "Copied" }).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("result.sort()");

  const reasoning = card("Is 91 a prime?");
  expect(await reasoning.innerText()).toContain("No: 91 = 7 x 13.");
  expect(await reasoning.getByText("7 times 13").isVisible()).toBe(false);
  await reasoning.getByText("Thoughts (12 s)").focus();
  await page.keyboard.press("Enter");
  expect(await reasoning.getByText("7 times 13").isVisible()).toBe(true);

  expect(await card("Waves at night").innerText()).toContain("Failed");
  expect(await card("Order a coffee").getByRole("alert").innerText()).toBe("May I pay 3.20?");
  expect(await card("Order a coffee").getByRole("listitem").count()).toBe(2);
  expect(await card("Fill the blanks").locator("mark").innerText()).toBe("capital");
  expect(await card("Draw a heron").innerText()).toContain("very busy");
  await picture(page, "cards");
  await page.setViewportSize({ width: 390, height: 780 });
  await card("Who wrote").scrollIntoViewIfNeeded();
  await picture(page, "cards-phone");
  expect(problems).toEqual([]);
});

test("Cards are there again after a reload", async () => {
  const { page, problems } = await open(browser);
  await write(page, "/cards");
  await expect.poll(() => page.getByRole("article").count(), { timeout: 20_000 }).toBe(9);
  await page.reload();
  await expect.poll(() => page.getByRole("article", { name: "Sort a list" }).innerText()).toContain("ordered");
  expect(problems).toEqual([]);
});

test("The camera's picture is shown, and looked at", async () => {
  const { page, problems } = await open(browser);
  await page.getByRole("button", { name: "Show a picture" }).click();
  await page.getByRole("button", { name: "Take the picture" }).click({ timeout: 10_000 });
  await seen(page);
  expect(await page.getByRole("dialog").count()).toBe(0);
  expect(await page.locator(".divider").count()).toBe(0);
  await picture(page, "camera");
  expect(problems).toEqual([]);
});

test("A picture that is chosen, pasted or dropped is made small and shown", async () => {
  const { page, problems } = await open(browser);
  const file = await paint(page, 3_000, 2_000);
  await page.getByRole("button", { name: "Show a picture" }).click();
  await page.locator("input[type=file]").setInputFiles({ name: "wide.png", mimeType: "image/png", buffer: Buffer.from(file, "base64") });
  await seen(page);
  const shown = page.getByRole("article").locator("img").last();
  expect(await shown.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(1_600);
  expect(await shown.evaluate((image) => (image as HTMLImageElement).naturalHeight)).toBe(1_067);
  for (const [index, kind] of ["paste", "drop"].entries()) {
    await page.evaluate(give, { kind, file });
    await expect.poll(() => page.getByRole("article").count(), { timeout: 20_000 }).toBe(index + 2);
  }

  expect(await page.getByAltText("The picture that you showed").count()).toBe(3);
  await page.evaluate(give, { kind: "paste", file: btoa("no picture") });
  await expect.poll(() => page.getByRole("alert").innerText()).toContain("That is not a picture");
  expect(problems).toEqual([]);
});

async function write(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox").fill(text);
  await page.keyboard.press("Enter");
}

async function seen(page: Page): Promise<void> {
  await page.getByAltText("The picture that you showed").waitFor();
  await expect.poll(() => page.getByRole("article").last().innerText(), { timeout: 20_000 }).toMatch(/A picture of [\d,]+ bytes/);
}

/** A picture of a size, as PNG in base64. */
function paint(page: Page, width: number, height: number): Promise<string> {
  return page.evaluate(
    async ([width, height]) => {
      const canvas = new OffscreenCanvas(width!, height!);
      const context = canvas.getContext("2d")!;
      context.fillStyle = "teal";
      context.fillRect(0, 0, width!, height! / 2);
      const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
      return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ""));
    },
    [width, height],
  );
}

/** Runs in the page: pastes or drops a file. */
function give({ kind, file }: { kind: string; file: string }): void {
  const data = new DataTransfer();
  data.items.add(new File([Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0))], "picture.png", { type: "image/png" }));
  const target = document.querySelector("voice-glm")!.shadowRoot!.querySelector(".panel")!;
  const options = { bubbles: true, composed: true, cancelable: true };
  target.dispatchEvent(kind === "paste" ? new ClipboardEvent("paste", { ...options, clipboardData: data }) : new DragEvent("drop", { ...options, dataTransfer: data }));
}
