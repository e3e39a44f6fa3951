// @ts-check
// Steps in pauses: all of them, in order, never at once, and none after the end.

import assert from "node:assert/strict";
import { test } from "node:test";

import { inPauses } from "../../analytics/review/static/pauses.js";

const soon = () => new Promise((resolve) => setTimeout(resolve, 300));

test("every step is taken once and in order, none of them before the page can be drawn", async () => {
  /** @type {number[]} */
  const taken = [];
  inPauses(5, (i) => taken.push(i));
  assert.deepEqual(taken, []);
  await soon();
  assert.deepEqual(taken, [0, 1, 2, 3, 4]);
});

test("what takes long is taken in several pauses, and ends where it is ended", async () => {
  let taken = 0;
  const end = inPauses(100, () => {
    taken += 1;
    if (taken === 3) end();
  });
  await soon();
  assert.equal(taken, 3);
});

test("of nothing there is no step", async () => {
  let taken = 0;
  for (const n of [0, -1]) inPauses(n, () => (taken += 1));
  await soon();
  assert.equal(taken, 0);
});
