// What is shown of an edited night, what an act on several movements touches, how edits are sent, and which keys are
// taken.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as edited from "../../analytics/review/static/as_edited.js";
import * as edits from "../../analytics/review/static/edits.js";
import { clockOf } from "../../analytics/review/static/formats.js";
import { barSays, between, toggled } from "../../analytics/review/static/marks.js";
import { chordOf } from "../../analytics/review/static/night_keys.js";

const utc = clockOf([[null, 0]]);
const S = 1_000_000;

/** Columns of rows. */
const columns = (rows) => Object.fromEntries(Object.keys(rows[0]).map((name) => [name, rows.map((row) => row[name])]));
const detectedAt = (...seconds) =>
  columns(
    seconds.map((s, i) => ({
      ...{ movement_no: i + 1, onset: 1000 * s, offset: 1000 * s + 2000, onset_us: S * s, leg: "left" },
      ...{ label: "periodic", sleep_state: "sleep", p_sleep: 1, imi_s: null, is_plm: true, peak_mg: 50 + i },
      threshold_mg: 9,
    })),
  );
const reviewedAt = (...rows) =>
  columns(
    rows.map((row, i) => ({
      ...{ movement_no: i + 1, onset_us: S * row.at, offset_us: S * (row.at + 2), leg: "left", label: "periodic" },
      ...{ sleep_state: "sleep", p_sleep: 1, imi_s: null, series_no: row.series ?? null, is_plm: true, peak_mg: 50 },
      origin: row.origin ?? "detected",
    })),
  );
const shown = (detected, rows, { movements = {}, spans = [], night = {} } = {}) =>
  edited.shownEvents(
    detected,
    { events: reviewedAt(...rows), night: { is_changed: true, why_not: null, ...night } },
    { movements, spans },
  );

test("dismissed movements and those in an excluded span stay in the list, and a deleted one does not", () => {
  const events = shown(detectedAt(10, 20, 30, 40), [{ at: 10 }], {
    movements: { 2: "dismiss" },
    spans: [[29_000, 33_000]],
  });
  assert.deepEqual(events.onset_us, [10 * S, 20 * S, 30 * S]);
  assert.deepEqual(events.left_out, [false, true, true]);
  assert.deepEqual(events.detected_no, [1, 2, 3]);
});

test("a moved movement keeps the number it was detected by, and an added one has none", () => {
  const events = shown(detectedAt(10, 20), [{ at: 9, origin: "edited" }, { at: 15, origin: "added" }, { at: 20 }]);
  assert.deepEqual(events.detected_no, [1, null, 2]);
  assert.deepEqual(events.threshold_mg, [9, null, 9]);
  assert.deepEqual(events.movement_no, [1, 0, 2]);
});

test("a night that cannot be scored with its reviews shows what was detected", () => {
  const events = shown(detectedAt(10, 20), [{ at: 15 }], { night: { why_not: "other rules" } });
  assert.deepEqual(events.onset_us, [10 * S, 20 * S]);
  assert.deepEqual(events.left_out, [false, false]);
});

test("numbers as reviewed are those of the answer, or the reason why there are none", () => {
  const review = { reviewed: { plms_index: 1 }, why_not: null };
  const night = { is_changed: true, why_not: null, plms_index: 7 };
  assert.equal(edited.withMeasures(review, { night }).reviewed.plms_index, 7);
  assert.equal(edited.withMeasures(review, { night: { ...night, is_changed: false } }).reviewed, null);
  const without = edited.withMeasures(review, { night: { ...night, why_not: "other rules" } });
  assert.deepEqual([without.reviewed, without.why_not], [null, "other rules"]);
});

test("the series of a movement is all of it, and of one in none nothing", () => {
  const events = shown(detectedAt(10, 20, 30), [{ at: 10, series: 1 }, { at: 20 }, { at: 30, series: 1 }]);
  assert.deepEqual(edited.seriesOf(events, 0), [0, 2]);
  assert.deepEqual(edited.seriesOf(events, 1), []);
  assert.equal(edited.nearestTo(events, 22 * S), 1);
});

test("an act on marked movements leaves alone what it cannot touch, and the bar says so", () => {
  const events = shown(detectedAt(10, 20, 30), [{ at: 10 }, { at: 30, origin: "edited" }], {
    movements: { 2: "dismiss" },
  });
  const [edit, dismissal] = [edited.touched(events, [0, 1, 2]), edited.dismissable(events, [0, 1, 2])];
  assert.deepEqual([edit.will, dismissal.will], [[0, 2], [0]]);
  const words = barSays(3, edit, dismissal);
  assert.match(words, /^3 marked\. A label or a deletion leaves alone: 1 dismissed or in an excluded span\./);
  assert.match(words, /1 edited: delete it instead/);
  assert.match(barSays(1, edited.touched(events, [0]), edited.dismissable(events, [0])), /is for all of them\.$/);
});

test("marking takes what is shown from one place to another, in either direction", () => {
  const odd = (i) => i % 2 === 1;
  assert.deepEqual([...between(5, 1, odd)].sort(), [1, 3, 5]);
  assert.deepEqual([...between(1, 4, odd)].sort(), [1, 3, 4]);
  assert.deepEqual([...toggled(new Set([1, 2]), 2)], [1]);
});

test("edits are sent with onsets as they are and instants in whole microseconds", () => {
  const events = shown(detectedAt(10, 20), [{ at: 10 }, { at: 20 }]);
  assert.deepEqual(edits.relabelled(events, [0, 1], "rhythmic", "rhythmic", utc).body, {
    ...{ kind: "relabel", onsets: [10 * S, 20 * S], name: "rhythmic" },
  });
  const moved = edits.moved(events, 0, [10_000, 12_500.4], utc);
  assert.deepEqual(moved.body, { kind: "move", onsets: [10 * S], from_us: 10 * S, to_us: 12_500_400 });
  assert.equal(moved.says, "movement at 00:00:10 ends 00:00:12.5");
  assert.deepEqual(edits.joined(events, 0, 1, utc).body.onsets, [10 * S, 20 * S]);
  assert.deepEqual(edits.bout([1000, 2000], "wake", null, utc).body, {
    ...{ kind: "bout", from_us: S, to_us: 2 * S, name: "wake" },
  });
  assert.deepEqual(["both", "left", "none"].map(edits.legsToAdd), [["left", "right", "both"], ["left"], []]);
});

test("keys are named with what is held, and Tab is never taken", () => {
  const held = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
  const chord = (key, code, how) => chordOf({ key, code, ...held, ...how });
  assert.equal(chord("j", "KeyJ", {}), "j");
  assert.equal(chord("J", "KeyJ", { shiftKey: true }), "Shift+j");
  assert.equal(chord("z", "KeyZ", { ctrlKey: true }), "Ctrl+z");
  assert.equal(chord("Z", "KeyZ", { metaKey: true, shiftKey: true }), "Ctrl+Shift+z");
  assert.equal(chord("1", "Digit1", {}), "1");
  assert.equal(chord("!", "Digit1", { shiftKey: true }), "Shift+1");
  assert.equal(chord("1", "Digit1", { shiftKey: true }), "1");
  assert.equal(chord("+", "Equal", { shiftKey: true }), "+");
  assert.equal(chord("Delete", "Delete", {}), "Delete");
  assert.equal(chord("Tab", "Tab", {}), null);
  assert.equal(chord("j", "KeyJ", { altKey: true }), null);
});
