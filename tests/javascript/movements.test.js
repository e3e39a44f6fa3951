// What is counted, picked and put in order of a night's movements.

import assert from "node:assert/strict";
import { test } from "node:test";

import { clockOf } from "../../analytics/review/static/formats.js";
import * as movements from "../../analytics/review/static/movements.js";

const { envelopeTop, firstToShow, hourly, inWindow } = movements;
const { hourRows, lanesOf, legsOf, nearest, nextRound, nextShown, onLeg, opensOn } = movements;

const HOUR = 3_600_000;
const utc = clockOf([[null, 0]]);

/** Columns of movements from rows; what a row leaves out is ordinary. */
const events = (...rows) => {
  const ordinary = { leg: "left", label: "periodic", is_plm: true, sleep_state: "sleep", imi_s: null, peak_mg: null };
  const full = rows.map((row, i) => ({ ...ordinary, movement_no: i + 1, onset: 0, offset: 0, ...row }));
  return Object.fromEntries(
    Object.keys({ ...ordinary, movement_no: 0, onset: 0, offset: 0 }).map((name) => [
      name,
      full.map((row) => row[name]),
    ]),
  );
};
const on = (leg) => ({ leg, start: 0, step_s: 1, max_mg: [] });
const all = () => true;
const ROWS = ["stages", "sleep", "p_sleep", "movements", "envelope", "heart", "temperature"];

test("legs are those of the sensors, and of one sensor those that its movements name", () => {
  assert.deepEqual(legsOf(events({ leg: "both" }), [on("right"), on("left")]), ["right", "left"]);
  assert.deepEqual(legsOf(events({ leg: "left" }, { leg: "both" }), [on("left")]), ["left"]);
  assert.deepEqual(legsOf(events({ leg: "right" }, { leg: "left" }), []), ["left", "right"]);
  assert.deepEqual(legsOf(events(), []), []);
});

test("lanes lie below each other without touching, and only for what is known", () => {
  const bare = { stages: [], likely_sleep: null, heart: [], temperature: [], events: events(), envelopes: [] };
  const looks = { between: 12, rows: ROWS.map((name, i) => ({ name, height: 10 + i, says: [] })) };
  assert.deepEqual(lanesOf(bare, looks), {
    lanes: [{ kind: "sleep", row: "sleep", top: 10, bottom: 21, height: 11 }],
    bottom: 27,
  });
  const legs = [on("left"), on("right")];
  const full = { ...bare, stages: [[0, 1, "rem"]], likely_sleep: { runs: [] }, heart: [[0, 60]], envelopes: legs };
  full.temperature = [{ leg: "left", minutes: [[0, 30]] }];
  const { lanes, bottom } = lanesOf(full, looks);
  const kinds = ["stages", "sleep", "p_sleep", "raster", "raster", "envelope", "envelope", "heart", "temperature"];
  assert.deepEqual(
    lanes.map((lane) => lane.kind),
    kinds,
  );
  assert.ok(lanes.every((lane, i) => i === 0 || lane.top === lanes[i - 1].bottom + 12));
  assert.equal(bottom, lanes.at(-1).bottom + 6);
  const turned = lanesOf(full, { ...looks, rows: [...looks.rows].reverse() });
  assert.deepEqual(
    turned.lanes.map((lane) => lane.kind),
    [...kinds].reverse(),
  );
});

test("the envelope's lane is high enough for nine in ten movements, and never below 50 mg", () => {
  const peaks = [...Array(9).fill(100), 5000].map((peak_mg) => ({ peak_mg }));
  assert.equal(envelopeTop(events(...peaks.slice(0, 9))), 160);
  assert.equal(envelopeTop(events(...peaks, ...peaks.slice(0, 9))), 160);
  assert.equal(envelopeTop(events({ peak_mg: 1 })), 50);
  assert.equal(envelopeTop(events()), 80);
});

test("a leg's lane shows its movements, those of both legs and those of an unknown one", () => {
  const found = events({ leg: "left" }, { leg: "right" }, { leg: "both" }, { leg: "unknown" }, { onset: 99 });
  assert.deepEqual(onLeg(found, { from: 0, to: 9 }, "left", 2), [0, 2, 3]);
  assert.deepEqual(onLeg(found, { from: 0, to: 9 }, "left", 1), [0, 1, 2, 3]);
});

test("a movement is in a window of which it covers a part", () => {
  const found = events({ onset: 0, offset: 10 }, { onset: 5, offset: 15 }, { onset: 20, offset: 30 });
  assert.deepEqual(inWindow(found, 10, 20), [1]);
  assert.deepEqual(inWindow(found, 9, 21), [0, 1, 2]);
});

test("a click picks the nearest movement that is shown, and none that is far", () => {
  const found = events({ onset: 100 }, { onset: 104 }, { onset: 150 });
  const x = (ms) => ms;
  assert.equal(nearest(found, x, 103, 12, all), 1);
  assert.equal(
    nearest(found, x, 103, 12, (i) => i !== 1),
    0,
  );
  assert.equal(nearest(found, x, 102, 12, all), 0); // of two as near, the first
  assert.equal(nearest(found, x, 125, 12, all), null);
});

test("a step leads over what is hidden and ends at both ends", () => {
  const even = (i) => i % 2 === 0;
  assert.equal(nextShown(5, 0, 1, even), 2);
  assert.equal(nextShown(5, 4, -1, even), 2);
  assert.equal(nextShown(5, 4, 1, all), null);
  assert.equal(nextShown(5, 0, -1, all), null);
});

test("a night opens with what was asked for, else with what counts, else with the first", () => {
  const found = events({ is_plm: false }, { sleep_state: "wake" }, {});
  assert.equal(firstToShow(found, 2), 1);
  assert.equal(firstToShow(found, 77), 0);
  assert.equal(firstToShow(found, null), 2);
  assert.equal(firstToShow(events({ is_plm: false }, { sleep_state: "wake" }), null), 1);
  assert.equal(firstToShow(events({ is_plm: false }), null), 0);
});

test("the table behind the picture counts movements by hour and group", () => {
  const groups = [{ name: "a" }, { name: "b" }];
  const found = events(
    { onset: 25 * HOUR, label: "b" },
    { onset: 23 * HOUR, label: "a" },
    { onset: 23 * HOUR, label: "b" },
  );
  assert.deepEqual(
    hourly(found, utc, groups, (label) => label),
    [
      ["23:00", 1, 1],
      ["1:00", 0, 1],
    ],
  );
});

test("a night whose flag is jerks and not kicks is opened for its first jerk that was not left out", () => {
  const jerks = { flag: "frequent_hypnic_jerks", state_as_reviewed: "raised" };
  const kicks = { flag: "possible_plmd", state_as_reviewed: "raised" };
  assert.equal(opensOn([jerks]), "hypnic_jerk");
  assert.equal(opensOn([jerks, { ...kicks, state_as_reviewed: "not_raised" }]), "hypnic_jerk");
  assert.equal(opensOn([jerks, kicks]), null);
  assert.equal(opensOn([{ ...jerks, state_as_reviewed: "cannot_tell" }]), null);
  const found = events({}, { label: "hypnic_jerk" }, { label: "hypnic_jerk" });
  assert.equal(firstToShow(found, null, "hypnic_jerk"), 1);
  assert.equal(firstToShow({ ...found, left_out: [false, true, false] }, null, "hypnic_jerk"), 2);
  assert.equal(firstToShow(found, 1, "hypnic_jerk"), 0); // what was asked for comes first
  assert.equal(firstToShow(events({ is_plm: false }, {}), null, "hypnic_jerk"), 1); // its jerks are gone
});

test("the way to the next of a colour ends where it began", () => {
  const even = (i) => i % 2 === 0;
  assert.equal(nextRound(5, 0, even), 2);
  assert.equal(nextRound(5, 4, even), 0);
  assert.equal(nextRound(5, null, even), 0);
  assert.equal(
    nextRound(5, 3, (i) => i === 3),
    null,
  );
  assert.equal(
    nextRound(5, 3, () => false),
    null,
  );
});

test("rows of an hour begin with the hour of the clock and cover the night", () => {
  const half = clockOf([[null, 5.5 * 3600]]);
  assert.deepEqual(hourRows(0.75 * HOUR, 2.5 * HOUR, half), [
    { from: 0.5 * HOUR, to: 1.5 * HOUR },
    { from: 1.5 * HOUR, to: 2.5 * HOUR },
  ]);
  assert.deepEqual(hourRows(HOUR, 2 * HOUR, utc), [{ from: HOUR, to: 2 * HOUR }]);
  assert.deepEqual(hourRows(HOUR, HOUR, utc), []);
});
