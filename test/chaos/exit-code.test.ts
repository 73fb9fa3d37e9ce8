import { expect, test } from "vitest";
import { EXIT, worstExitCode } from "../../chaos/exit-code.ts";

test.each([
  ["residue outweighs an interruption", [EXIT.interrupted, EXIT.healFailed], EXIT.healFailed],
  ["an interruption outweighs an invalid run", [EXIT.invalid, EXIT.interrupted], EXIT.interrupted],
  ["an invalid run outweighs a fail", [EXIT.fail, EXIT.invalid], EXIT.invalid],
  ["a fail outweighs an inconclusive run", [EXIT.inconclusive, EXIT.fail], EXIT.fail],
  ["an inconclusive run outweighs a pass", [EXIT.pass, EXIT.inconclusive], EXIT.inconclusive],
  ["all pass", [EXIT.pass, EXIT.pass], EXIT.pass],
  ["nothing run proves nothing", [], EXIT.inconclusive],
])("%s", (_, codes, worst) => {
  expect(worstExitCode(codes)).toBe(worst);
});
