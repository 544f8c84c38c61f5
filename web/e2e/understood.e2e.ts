import { expect, test } from "vitest";
import { launch, open, picture, save } from "./browser";

const answer = "Seven plus five is twelve.";

/**
 * A person asks the model that comes with the service, in a voice that it was never trained on, again and again: a browser's fake microphone does not
 * begin at the same sample each time, and the processor is shared with the browser. What sounds is written to VOICEGLM_RECORDING.
 */
test("What is seven plus five is understood and answered", async () => {
  const browser = await launch({ silence: 7 });
  try {
    const { page, problems } = await open(browser);
    await page.getByRole("button", { name: "Start talking" }).click();
    const said = page.getByRole("log").locator(".assistant .said");
    const answers = async () => (await said.allInnerTexts()).filter((text) => text.includes(answer)).length;
    await expect.poll(answers, { timeout: 70_000 }).toBeGreaterThanOrEqual(3);
    await page.waitForTimeout(3_000); // The last answer sounds to its end.
    await picture(page, "understood");
    await save(page, process.env.VOICEGLM_RECORDING!);
    expect(problems).toEqual([]);
  } finally {
    await browser.close();
  }
}, 100_000);
