import { test } from "vitest";
import { launch, open, save } from "./browser";
import { dial } from "./call";

/** A person calls the model that comes with the service and asks it, again and again. What sounds is written to VOICEGLM_RECORDING. */
test("What is seven plus five is asked in a call", async () => {
  const browser = await launch({ silence: 5 });
  try {
    const { page } = await open(browser);
    await page.evaluate(dial);
    await page.waitForTimeout(45_000);
    await save(page, process.env.VOICEGLM_RECORDING!);
  } finally {
    await browser.close();
  }
}, 100_000);
