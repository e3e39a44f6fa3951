// How far an edge may be moved, which edge lies under the mouse, and instants to a tenth of a second.

import assert from "node:assert/strict";
import { test } from "node:test";

import { SHORTEST_MS, edgeAt, momentNear, spanOf, tenths, withEdge } from "../../analytics/review/static/edge_drag.js";
import { clockOf } from "../../analytics/review/static/formats.js";

const BOUNDS = [0, 60_000];
const MIDNIGHT = Date.UTC(2026, 2, 3);
const utc = clockOf([[null, 0]]);

test("an edge moves alone, stays inside the picture and never passes the other", () => {
  assert.deepEqual(withEdge([10_000, 13_000], "offset", 12_000, BOUNDS), [10_000, 12_000]);
  assert.deepEqual(withEdge([10_000, 13_000], "onset", 9_000, BOUNDS), [9_000, 13_000]);
  for (let to = -20_000; to <= 80_000; to += 1_700) {
    for (const edge of ["onset", "offset"]) {
      const [from, until] = withEdge([10_000, 13_000], edge, to, BOUNDS);
      assert.ok(until - from >= SHORTEST_MS && from >= 0 && until <= 60_000, `${edge} to ${to}`);
      assert.equal(edge === "onset" ? until : from, edge === "onset" ? 13_000 : 10_000);
    }
  }
});

test("an edge outside the picture stays where it is while the other is moved", () => {
  assert.deepEqual(withEdge([-5_000, 13_000], "onset", -9_000, BOUNDS), [-5_000, 13_000]);
});

test("the nearer edge is caught, and none from afar", () => {
  const x = (ms) => ms / 100;
  assert.equal(edgeAt([10_000, 13_000], x, 102), "onset");
  assert.equal(edgeAt([10_000, 13_000], x, 127), "offset");
  assert.equal(edgeAt([10_000, 13_000], x, 115), null);
  assert.equal(edgeAt([10_000, 10_200], x, 108), "offset");
  assert.equal(edgeAt([10_000, 10_200], x, 97), "onset");
});

test("a span is marked in either direction and ends with the picture", () => {
  assert.deepEqual(spanOf(5_000, 2_000, BOUNDS), [2_000, 5_000]);
  assert.deepEqual(spanOf(50_000, 90_000, BOUNDS), [50_000, 60_000]);
});

test("an instant is read as it was written, also round midnight", () => {
  for (const ms of [MIDNIGHT - 100, MIDNIGHT, MIDNIGHT + 11_500, MIDNIGHT - 3_600_000]) {
    assert.equal(momentNear(utc, tenths(utc, ms), MIDNIGHT), ms);
  }
  assert.equal(tenths(utc, MIDNIGHT + 999), "00:00:01.0");
  assert.equal(momentNear(utc, "23:59", MIDNIGHT + 1000), MIDNIGHT - 60_000);
  assert.equal(momentNear(utc, "00:00:11,25", MIDNIGHT), MIDNIGHT + 11_250);
});

test("what is no time is none", () => {
  for (const text of ["", "soon", "25:00", "3", "03:07.5", "03:07:61", "03:07:11.12345"]) {
    assert.equal(momentNear(utc, text, MIDNIGHT), null, text);
  }
});
