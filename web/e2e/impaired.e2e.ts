import { expect, test } from "vitest";
import { launch, url } from "./browser";
import { dial, type Call } from "./call";

/** A browser's own call, without the page's code, through a relay that loses, delays, reorders and repeats packets and is out from 5 s to 8 s. */
test("A call that was cut off for three seconds is answered again", async () => {
  const browser = await launch({ silence: 8 });
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await page.evaluate(dial, Number(process.env.VOICEGLM_RELAY));
    const dialled = await page.evaluate(() => performance.now());
    const longest = (from: number, to: number) =>
      page.evaluate(
        ([from, to]) => Math.max(0, ...(window as unknown as Call).call.spans.filter(({ begun }) => begun > from! && begun < to!).map(({ seconds }) => seconds)),
        [dialled + from, dialled + to],
      );
    await expect.poll(() => longest(0, 8_000), { timeout: 30_000 }).toBeGreaterThan(0.2);
    await expect.poll(() => longest(10_000, Infinity), { timeout: 40_000 }).toBeGreaterThan(1.5);
    expect(await page.evaluate(() => (window as unknown as Call).call.connection.connectionState)).toBe("connected");
  } finally {
    await browser.close();
  }
});
