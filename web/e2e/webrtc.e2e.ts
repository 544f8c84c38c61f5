import { expect, test } from "vitest";
import type { Page } from "playwright-core";
import { launch, url } from "./browser";
import { dial, type Call } from "./call";

/** A browser's own call, without the page's code: it offers over HTTP and hears a parrot, which says back what the microphone hears. */

test("A call is answered, begins ICE again and is hung up", async () => {
  const browser = await launch({ silence: 8 });
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await page.evaluate(dial);
    await hears(page, 1.5);

    expect(await page.evaluate(restart)).toBe(200);
    await page.evaluate(() => ((window as unknown as Window & Call).call.spans.length = 0));
    await hears(page, 1.5);

    const { status, again } = await page.evaluate(async () => {
      const { location } = (window as unknown as Window & Call).call;
      const { status } = await fetch(location, { method: "DELETE" });
      await new Promise((resolve) => setTimeout(resolve, 500));
      return { status, again: (await fetch(location, { method: "DELETE" })).status };
    });
    expect([status, again]).toEqual([200, 404]);
  } finally {
    await browser.close();
  }
});

test("Whoever speaks over the answer silences it", async () => {
  // The answer begins 1.2 s after the microphone fell silent and would last for seconds.
  const browser = await launch({ silence: 2 });
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await page.evaluate(dial);
    await expect.poll(() => ended(page), { timeout: 30_000 }).toBeGreaterThanOrEqual(2);
    for (const seconds of await page.evaluate(() => (window as unknown as Window & Call).call.spans.map((span) => span.seconds))) expect(seconds).toBeLessThan(1.8);
  } finally {
    await browser.close();
  }
});

async function hears(page: Page, seconds: number): Promise<void> {
  const longest = () => page.evaluate(() => Math.max(0, ...(window as unknown as Window & Call).call.spans.map((span) => span.seconds)));
  await expect.poll(longest, { timeout: 30_000 }).toBeGreaterThan(seconds);
}

/** How many answers are over: they began more than three seconds ago. */
async function ended(page: Page): Promise<number> {
  return page.evaluate(() => (window as unknown as Window & Call).call.spans.filter((span) => performance.now() - span.begun > 3_000).length);
}

/** Runs in the page: begins ICE again, as a client does whose network has changed. Returns the status of the answer. */
async function restart(): Promise<number> {
  const { connection, location } = (window as unknown as Call).call;
  const answer = connection.remoteDescription!.sdp;
  connection.restartIce();
  await connection.setLocalDescription();
  const lines = connection.localDescription!.sdp.split("\r\n").filter((line) => /^a=ice-(ufrag|pwd):/.test(line));
  const response = await fetch(location, { method: "PATCH", headers: { "Content-Type": "application/trickle-ice-sdpfrag", "If-Match": "*" }, body: lines.join("\r\n") });
  const fragment = await response.text();
  const find = (name: string) => fragment.match(new RegExp(`a=${name}:\\S+`))![0];
  const sdp = answer.replace(/a=ice-ufrag:\S+/g, find("ice-ufrag")).replace(/a=ice-pwd:\S+/g, find("ice-pwd"));
  await connection.setRemoteDescription({ type: "answer", sdp });
  return response.status;
}
