import { expect, test } from "vitest";
import { launch, url } from "./browser";

/** The page of samples/EchoCall: what its microphone hears comes back. */
test("A call is echoed, hung up and called again", async () => {
  const browser = await launch({ silence: 0 });
  try {
    const page = await browser.newPage();
    await page.goto(url);
    const status = page.getByRole("status");
    for (let i = 0; i < 2; i++) {
      await page.getByRole("button", { name: "Call" }).click();
      await expect.poll(() => status.innerText(), { timeout: 20_000 }).toBe("The call is connected.");
      await expect.poll(() => page.evaluate(peak), { timeout: 20_000 }).toBeGreaterThan(0.01);
      await page.getByRole("button", { name: "Hang up" }).click();
      await expect.poll(() => status.innerText()).toBe("The call is over.");
    }
  } finally {
    await browser.close();
  }
});

/** Loudness of what the page plays, in [0, 1], over a tenth of a second. */
async function peak(): Promise<number> {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 8192 });
  context.createMediaStreamSource(document.querySelector("audio")!.srcObject as MediaStream).connect(analyser);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const samples = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(samples);
  await context.close();
  return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}
