import type { Moment } from "../environment/environment.ts";
import type { InjectedFault, UndoIntent, UndoJournal, Verification } from "./fault.ts";

/**
 * Injects with the journal's order kept: the intent is on disk before `act` touches anything, and
 * marked done only after `undo` has succeeded. Healing again returns the first healing, unless that failed:
 * then it is tried once more.
 */
export async function injectWithJournal(
  journal: UndoJournal,
  intent: UndoIntent,
  steps: {
    readonly act: () => Promise<Moment>;
    /** Is told when the fault took effect: what was seen before is no evidence. */
    readonly verify: (moment: Moment) => Promise<Verification>;
    readonly undo: () => Promise<Moment>;
  },
): Promise<InjectedFault> {
  const pending = await journal.intend(intent);
  let healed: Promise<Moment> | undefined;
  const heal = (): Promise<Moment> => {
    healed ??= steps
      .undo()
      .then(async (moment) => {
        await pending.done();
        return moment;
      })
      .catch((error: unknown) => {
        healed = undefined;
        pending.letGo();
        throw error;
      });
    return healed;
  };
  let moment: Moment;
  try {
    moment = await steps.act();
  } catch (error) {
    // It may have happened in part: undo it, but what went wrong first is what counts.
    await heal().catch(() => undefined);
    throw error;
  }
  return {
    moment,
    target: intent.target,
    verify: () => steps.verify(moment),
    heal,
    [Symbol.asyncDispose]: async () => void (await heal()),
  };
}
