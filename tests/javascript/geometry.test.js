// Scales, ticks and paths.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as geometry from "../../analytics/review/static/geometry.js";

const { area, boxes, line, linear, shownPart, strokes, timeScale, timeTicks, zoomed } = geometry;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test("a scale leads there and back", () => {
  const scale = linear(10, 20, 100, 300);
  assert.equal(scale(15), 200);
  assert.equal(scale.back(200), 15);
});

test("a scale of one value does not divide by nothing", () => {
  assert.equal(linear(5, 5, 0, 100)(5), 0);
});

test("of a span only what is in view has a width, and never less than the narrowest", () => {
  const x = timeScale(0, 100, 0, 1000);
  assert.deepEqual(shownPart(x, [-50, 50], 1), { x: 0, width: 500 });
  assert.deepEqual(shownPart(x, [99.99, 200], 1), { x: 999.9, width: 1 });
  assert.equal(shownPart(x, [100, 200], 1), null);
  assert.equal(shownPart(x, [-20, 0], 1), null);
});

test("a zoom stays inside the night and above the narrowest stretch", () => {
  assert.deepEqual(zoomed([0, 1000], 400, 600, 100), [400, 600]);
  assert.deepEqual(zoomed([0, 1000], 495, 505, 100), [450, 550]);
  assert.deepEqual(zoomed([0, 1000], -100, 100, 100), [0, 200]);
  assert.deepEqual(zoomed([0, 1000], 900, 1100, 100), [800, 1000]);
  assert.deepEqual(zoomed([0, 1000], -500, 5000, 100), [0, 1000]);
});

test("a night shorter than the narrowest stretch is shown whole", () => {
  assert.deepEqual(zoomed([0, 50], 10, 20, 100), [0, 50]);
});

test("strokes stand on one line and end at one height, or each at its own", () => {
  assert.equal(strokes([1, 2], 5, 23), "M1.0 23V5.0M2.0 23V5.0");
  assert.equal(strokes([1, 2], [5, 6], 23), "M1.0 23V5.0M2.0 23V6.0");
  assert.equal(strokes([], 5, 23), "");
});

test("a line begins at its first point", () => {
  assert.equal(line([0, 1, 2], [3, 4, 5]), "M0.0 3.0L1.0 4.0L2.0 5.0");
});

test("ticks stand at round times of the wearer's clock", () => {
  const halfPast = 5.5 * HOUR; // ahead of UTC, as in India
  const { step, found } = timeTicks(HOUR, 5 * HOUR, 4, halfPast);
  assert.equal(step, HOUR);
  assert.deepEqual(found, [1.5 * HOUR, 2.5 * HOUR, 3.5 * HOUR, 4.5 * HOUR]);
});

test("ticks are as many as are wanted, at most, and at both ends where these are round", () => {
  const { step, found } = timeTicks(0, MINUTE, 6, 0);
  assert.equal(step, 10_000);
  assert.equal(found.length, 7);
  assert.equal(timeTicks(0, 2000 * HOUR, 1, 0).step, 4 * HOUR);
});

const flat = (values, columns = values.length) =>
  area({ values, start: 0, stepMs: 1 }, timeScale(0, values.length, 0, values.length), linear(0, 10, 10, 0), columns);

test("an area stands on its floor and is closed", () => {
  assert.equal(flat([1, 2]), "M0.0 10.0L0.0 9.0L1.0 9.0L1.0 8.0L2.0 8.0V10.0Z");
});

test("a gap breaks an area into two", () => {
  assert.equal(flat([1, null, 2]), "M0.0 10.0L0.0 9.0L1.0 9.0V10.0ZM2.0 10.0L2.0 8.0L3.0 8.0V10.0Z");
  assert.equal(flat([null, null]), "");
});

test("a column shows the highest of its values, known ones only", () => {
  assert.equal(flat([1, 5, null, 2], 2), "M0.0 10.0L0.0 5.0L2.0 5.0L2.0 8.0L4.0 8.0V10.0Z");
});

test("zero is a value, not a gap", () => {
  assert.equal(flat([0]), "M0.0 10.0L0.0 10.0L1.0 10.0V10.0Z");
});

test("spans become rectangles of what is in view, in one path", () => {
  const x = timeScale(0, 10, 0, 100);
  const band = { top: 2, bottom: 8 };
  assert.equal(
    boxes(
      [
        [-5, 1],
        [3, 4],
        [11, 12],
      ],
      x,
      band,
    ),
    "M0.0 2h10.0V8h-10.0zM30.0 2h10.0V8h-10.0z",
  );
  assert.equal(boxes([], x, band), "");
});
