import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CART_ITEMS, User } from "../../../../chaos/measurement/prober/user.ts";

describe("the cookies of a user", () => {
  test("are those of all responses, the latest of each name, without those that were taken back", () => {
    const user = new User();
    expect(user.cookie).toBe("");
    user.takeCookies(["evenkeel-session=1; Path=/; HttpOnly; Max-Age=60", "affinity=app-1"]);
    expect(user.cookie).toBe("evenkeel-session=1; affinity=app-1");
    user.takeCookies(["affinity=app-2; max-age=5", "nonsense", "=x"]);
    expect(user.cookie).toBe("evenkeel-session=1; affinity=app-2");
    user.takeCookies(["affinity=; Max-Age=0"]);
    expect(user.cookie).toBe("evenkeel-session=1");
  });
});

describe("the cart of a user", () => {
  test("misses what was acknowledged and is gone, and tells of it once", () => {
    const user = new User();
    for (const item of ["a", "b", "c", "d"]) user.sends(item);
    expect(user.sees("a", { session: "s", items: ["a"] })).toEqual({
      missing: 0,
      lostSession: false,
      began: false,
    });
    expect(user.sees("b", { session: "s", items: ["b"] })?.missing).toBe(1);
    expect(user.sees("c", { session: "s", items: ["b", "c"] })?.missing).toBe(0);
    // It was acknowledged, and is not in the cart that the same response shows.
    expect(user.sees("d", { session: "s", items: ["b", "c"] })?.missing).toBe(1);
  });

  test("may have what was sent and never acknowledged, or have it twice", () => {
    const user = new User();
    user.sends("a");
    user.sends("b");
    user.sends("c");
    expect(user.sees("b", { session: "s", items: ["a", "b", "b"] })?.missing).toBe(0);
    expect(user.sees("c", { session: "s", items: ["b", "c"] })?.missing).toBe(0);
  });

  test("with what this user never sent is another's", () => {
    const user = new User();
    user.sends("a");
    expect(user.sees("a", { session: "s", items: ["a", "z"] })).toBeNull();
  });

  test("in another session was lost, but only if there was one", () => {
    const user = new User();
    for (const item of ["a", "b", "c"]) user.sends(item);
    expect(user.sees("a", { session: "s", items: ["a"] })?.lostSession).toBe(false);
    expect(user.sees("b", { session: "t", items: ["b"] })).toEqual({
      missing: 1,
      lostSession: true,
      began: false,
    });
    expect(user.sees("c", { session: "t", items: ["b", "c"] })).toEqual({
      missing: 0,
      lostSession: false,
      began: false,
    });
  });

  test("begins anew once it is full", () => {
    const user = new User();
    const items = Array.from({ length: CART_ITEMS }, (_, index) => String(index));
    for (const [index, item] of items.entries()) {
      user.sends(item);
      user.takeCookies(["evenkeel-session=1"]);
      user.sees(item, { session: "s", items: items.slice(0, index + 1) });
    }
    expect(user.cookie).toBe("");
    user.sends("x");
    expect(user.sees("x", { session: "t", items: ["x"] })).toEqual({
      missing: 0,
      lostSession: false,
      began: true,
    });
    user.sends("y");
    expect(user.sees("y", { session: "t", items: ["x", "y"] })?.began).toBe(false);
  });

  test("of a store that keeps what it acknowledges misses nothing, whatever else happens", () => {
    const steps = fc.array(
      fc.record({
        stored: fc.integer({ min: 0, max: 2 }),
        acknowledged: fc.boolean(),
      }),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const user = new User();
        const cart: string[] = [];
        let began = false;
        for (const [index, { stored, acknowledged }] of all.entries()) {
          const item = String(index);
          user.sends(item);
          // An item may be stored more than once, or not at all unless that is acknowledged.
          for (let n = acknowledged ? Math.max(1, stored) : stored; n > 0; n -= 1) cart.push(item);
          if (!acknowledged) continue;
          const seen = user.sees(item, { session: "s", items: cart });
          expect(seen).toEqual({ missing: 0, lostSession: false, began });
          began = new Set(cart).size >= CART_ITEMS;
          if (began) cart.length = 0;
        }
      }),
    );
  });

  test("of a store that forgets misses exactly what it forgot of what it had acknowledged", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 60 }), (forgets) => {
        const user = new User();
        const cart: string[] = [];
        for (const [index, forget] of forgets.entries()) {
          const item = String(index);
          const lost = cart.splice(0, forget);
          user.sends(item);
          cart.push(item);
          expect(user.sees(item, { session: "s", items: cart })?.missing).toBe(lost.length);
        }
      }),
    );
  });
});
