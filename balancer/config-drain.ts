import { z } from "zod";
import { MS } from "./config-fields.ts";
import { duration } from "./units.ts";

const deadline = duration(MS.hold);

/**
 * How long what a backend has in flight may last once it is taken out; its value after parsing is
 * milliseconds, or null for "none". 0 cuts at once.
 */
export const drainDeadline = z.string().transform((text, context): number | null => {
  if (text === "none") return null;
  const { success, data, error } = deadline.safeParse(text);
  if (success) return data;
  for (const { message } of error.issues) context.addIssue(`${message} "none" waits for ever.`);
  return z.NEVER;
});
