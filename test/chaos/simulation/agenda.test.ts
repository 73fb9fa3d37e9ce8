import fc from "fast-check";
import { expect, test } from "vitest";
import {
  aboutOf,
  Agenda,
  EVENT,
  kindOf,
  type EventKind,
} from "../../../chaos/simulation/agenda.ts";

test("an event says what happens and to whom, as it was planned", () => {
  const kind = fc.constantFrom<EventKind>(...Object.values(EVENT));
  fc.assert(
    fc.property(kind, fc.nat({ max: 2 ** 27 - 1 }), (planned, about) => {
      const agenda = new Agenda();
      agenda.at(1, planned, about);
      const event = agenda.next();
      expect([kindOf(event), aboutOf(event)]).toEqual([planned, about]);
    }),
  );
});

test("it is the time of whatever happened last", () => {
  const agenda = new Agenda();
  expect([agenda.now, agenda.nextAtMs]).toEqual([0, Number.POSITIVE_INFINITY]);
  agenda.at(30, EVENT.answer, 1);
  agenda.turnTo(10);
  agenda.in(5, EVENT.hangUp, 2);
  expect([agenda.now, agenda.nextAtMs]).toEqual([10, 15]);
  expect(kindOf(agenda.next())).toBe(EVENT.hangUp);
  expect([agenda.now, agenda.nextAtMs]).toEqual([15, 30]);
  expect(kindOf(agenda.next())).toBe(EVENT.answer);
  expect([agenda.now, agenda.nextAtMs]).toEqual([30, Number.POSITIVE_INFINITY]);
});

test("nothing is left when nothing is left", () => {
  expect(() => new Agenda().next()).toThrow(RangeError);
});
