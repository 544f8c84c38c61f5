import { expect, test } from "vitest";
import { launch, open, picture, save, waitForState } from "./browser";

/** A person asks the model that comes with the service, in a voice that it was never trained on. What sounds then is written to VOICEGLM_RECORDING. */
test("What is seven plus five is understood and answered", async () => {
  const browser = await launch({ silence: 30 });
  try {
    const { page, problems } = await open(browser);
    await page.getByRole("button", { name: "Start talking" }).click();
    await waitForState(page, "speaking");
    await waitForState(page, "listening");
    await picture(page, "understood");
    expect(await page.getByRole("log").locator(".assistant .said").last().innerText()).toContain("Seven plus five is twelve.");
    await save(page, process.env.VOICEGLM_RECORDING!);
    expect(problems).toEqual([]);
  } finally {
    await browser.close();
  }
});
