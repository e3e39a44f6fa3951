// The clock of a check of a sensor.

import assert from "node:assert/strict";
import { test } from "node:test";

import { due, minutes, timeOfDay } from "../../analytics/review/static/check_clock.js";

const STEPS = [{ at_s: -120 }, { at_s: 0 }, { at_s: 300 }];

for (const [gone, at] of [
  [-121, -1],
  [-120, 0],
  [299.9, 1],
  [300, 2],
  [9999, 2],
]) {
  test(`at ${gone} s step ${at} is due`, () => assert.equal(due(STEPS, gone), at));
}

test("times from lying down have a sign and two digits of seconds", () => {
  assert.deepEqual([-120, -1, 0, 65, 600].map(minutes), ["−2:00", "−0:01", "0:00", "1:05", "10:00"]);
});

test("the time of the first kick has its day, as the command takes it", () => {
  assert.equal(timeOfDay(new Date(2026, 2, 2, 9, 5, 7)), "2026-03-02T09:05:07");
});
