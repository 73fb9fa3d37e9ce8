import { expect, test } from "vitest";
import { MAIN, StartedProber } from "./started-prober.ts";

test("half a line of a prober that was killed while it wrote is no output", async () => {
  const half = `printf '{"kind":"ready"}\\n{"kind":"rec'; kill -KILL $$`;
  using prober = new StartedProber(MAIN, ["sh", "-c", half]);
  expect(await prober.exited).toBeNull();
  expect(prober.lines).toEqual([{ kind: "ready" }]);
});
