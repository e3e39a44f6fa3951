// The axis of dates: where days stand, which are named, and what a range is.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  axisOf,
  dayNumber,
  even,
  isoOf,
  lettered,
  moved,
  named,
  rowsFor,
  spanOf,
} from "../../analytics/review/static/over_nights_axis.js";

test("a place leads to the day that stands there, and beyond the ends to the last one", () => {
  const axis = axisOf("2026-02-27", "2026-03-28", 100, 400);
  for (let n = dayNumber("2026-02-27"); n <= dayNumber("2026-03-28"); n += 1) {
    assert.equal(axis.day(axis.at(isoOf(n)) + axis.slot / 2), isoOf(n));
  }
  assert.equal(axis.day(-50), "2026-02-27");
  assert.equal(axis.day(9999), "2026-03-28");
});

test("a few nights stand as narrow as fourteen", () => {
  assert.equal(axisOf("2026-03-01", "2026-03-02", 0, 140).slot, 10);
});

test("a moved day stays within the ends", () => {
  assert.equal(moved("2026-03-01", -1, ["2026-02-01", "2026-03-10"]), "2026-02-28");
  assert.equal(moved("2026-03-09", 7, ["2026-02-01", "2026-03-10"]), "2026-03-10");
});

test("a range begins with the earlier day, whichever way it was dragged", () => {
  assert.deepEqual(spanOf("2026-03-05", "2026-03-01"), ["2026-03-01", "2026-03-05"]);
});

test("of a month days are named, of a year months, with the year where it begins", () => {
  assert.deepEqual(
    named("2026-03-10", 4, 50).map((one) => one.says),
    ["10 Mar 2026", "11 Mar", "12 Mar", "13 Mar"],
  );
  const year = named("2026-11-20", 200, 3);
  assert.deepEqual(
    year.map((one) => one.says),
    ["Dec 2026", "Jan 2027", "Feb", "Mar", "Apr", "May", "Jun"],
  );
});

test("a name of a day that would be cut at the edge begins before its day, and never over another", () => {
  const names = [0, 46, 92].map((at) => ({ at, width: 40 }));
  assert.deepEqual(lettered(names, 140, 6), [0, 46, 92]);
  assert.deepEqual(lettered([names[0], names[2]], 100, 6), [0, 60]);
  assert.deepEqual(lettered(names, 100, 6), [0, 46, null]);
});

test("an axis ends evenly", () => {
  assert.deepEqual([even(3, 4), even(7, 4), even(23, 10), even(230, 10)], [4, 8, 30, 250]);
});

test("words of marks that would cover each other stand in rows, and where there is none they are left out", () => {
  const marks = [0, 10, 20, 200].map((at) => ({ at, width: 100 }));
  assert.deepEqual(rowsFor(marks, 2), [0, 1, null, 0]);
});
