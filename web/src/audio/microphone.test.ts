import { expect, test } from "vitest";
import { faultOf } from "./microphone";

test.each([
  ["NotAllowedError", "denied"],
  ["NotFoundError", "none"],
  ["OverconstrainedError", "none"],
  ["NotReadableError", "busy"],
  ["AbortError", "busy"],
  ["SecurityError", "insecure"],
  ["TypeError", "failed"],
])("%s is told as %s", (name, fault) => {
  expect(faultOf(new DOMException("", name))).toBe(fault);
});
