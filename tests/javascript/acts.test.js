// What undo and redo are about, over nights, and when another window was there.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ActStack, anotherWasHere, whyNotBack } from "../../analytics/review/static/acts.js";

const night = (night_date) => ({ subject: "me", night_date });
const act = (number, date) => ({ night: night(date), act: number, says: `act ${number}`, at: number, kind: "edit" });

test("the last act is undone first and redone last, over nights", () => {
  const stack = new ActStack();
  const [a, b, c] = [act(1, "2026-03-02"), act(2, "2026-03-03"), act(3, "2026-03-02")];
  for (const one of [a, b, c]) stack.push(one);
  const undone = [];
  while (stack.toUndo) {
    undone.push(stack.toUndo);
    stack.turned(stack.toUndo);
  }
  assert.deepEqual(undone, [c, b, a]);
  const redone = [];
  while (stack.toRedo) {
    redone.push(stack.toRedo);
    stack.turned(stack.toRedo);
  }
  assert.deepEqual(redone, [a, b, c]);
  assert.deepEqual(stack.done, [a, b, c]);
});

test("a new act ends redoing on its own night and leaves that of other nights", () => {
  const stack = new ActStack();
  const [a, b] = [act(1, "2026-03-02"), act(2, "2026-03-03")];
  stack.push(a);
  stack.push(b);
  stack.turned(b);
  stack.turned(a);
  stack.push(act(5, "2026-03-02"));
  assert.equal(stack.toRedo, b);
  assert.equal(stack.undone.length, 1);
});

test("an act is found by its night and its number, and turning a stranger changes nothing", () => {
  const stack = new ActStack();
  const a = act(1, "2026-03-02");
  stack.push(a);
  assert.equal(stack.find(night("2026-03-02"), 1), a);
  assert.equal(stack.find(night("2026-03-03"), 1), undefined);
  stack.turned(act(9, "2026-03-02"));
  assert.deepEqual([stack.done, stack.undone], [[a], []]);
  assert.deepEqual(stack.of(night("2026-03-02")), [a]);
});

test("a gap between two acts tells of another window", () => {
  assert.equal(anotherWasHere(4, 5), false);
  assert.equal(anotherWasHere(4, 6), true);
});

test("an edit that no longer fits is taken back wherever it stands, unless its act still fits in part", () => {
  assert.equal(whyNotBack({ act_no: 3, is_free: true }, 7), null);
  assert.equal(whyNotBack({ act_no: 3, is_free: true }, null), null);
  assert.equal(whyNotBack({ act_no: 7, is_free: false }, 7), null);
  assert.match(whyNotBack({ act_no: 3, is_free: false }, 7) ?? "", /once the acts after it are/);
});
