import { describe, expect, test } from "vitest";
import { outcomeOfError } from "../../../../chaos/measurement/prober/outcome.ts";

describe("the outcome of a socket error", () => {
  test.each([
    ["ECONNREFUSED", "refused"],
    ["ECONNRESET", "reset"],
    ["EPIPE", "reset"],
    ["ETIMEDOUT", "timeout"],
    ["EHOSTUNREACH", "unreachable"],
    ["ENETUNREACH", "unreachable"],
    ["EPERM", "unreachable"],
    [undefined, "unreachable"],
  ])("%s is %s", (code, outcome) => {
    expect(outcomeOfError(code)).toBe(outcome);
  });

  test.each(["EADDRNOTAVAIL", "EMFILE", "ENOBUFS"])(
    "%s is this machine's own trouble and no outcome at all",
    (code) => {
      expect(outcomeOfError(code)).toBeNull();
    },
  );
});
