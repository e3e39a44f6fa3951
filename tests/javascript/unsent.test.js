// Acts are sent one after the other, each once; what does not arrive is kept and sent again in its order.

import assert from "node:assert/strict";
import { test } from "node:test";

import { NeverSentError, Unsent, pauseMs } from "../../analytics/review/static/unsent.js";

class LostError extends Error {}

/** A queue over a line that can be cut: what arrived, how long each pause was, and every count that was shown. */
const line = () => {
  const seen = { arrived: [], pauses: [], counts: [], isCut: false, refused: new Set() };
  const queue = new Unsent({
    send: async (act) => {
      await Promise.resolve();
      if (seen.isCut) throw new LostError("cut");
      if (seen.refused.has(act)) throw new Error(`${act} refused`);
      seen.arrived.push(act);
      return `${act} done`;
    },
    isPassing: (why) => why instanceof LostError,
    wait: async (ms) => {
      seen.pauses.push(ms);
      if (seen.pauses.length === 3) seen.isCut = false;
    },
    changed: () => seen.counts.push(queue?.count),
  });
  return { queue, seen };
};

test("acts arrive once each and in the order in which they were made", async () => {
  const { queue, seen } = line();
  assert.deepEqual(await Promise.all(["a", "b", "c"].map((act) => queue.add(act))), ["a done", "b done", "c done"]);
  assert.deepEqual(seen.arrived, ["a", "b", "c"]);
  assert.equal(queue.count, 0);
});

test("a lost connection keeps every act, counts them and sends them in order once it is back", async () => {
  const { queue, seen } = line();
  seen.isCut = true;
  const sent = ["a", "b"].map((act) => queue.add(act));
  assert.equal(queue.count, 2);
  assert.deepEqual(await Promise.all(sent), ["a done", "b done"]);
  assert.deepEqual(seen.arrived, ["a", "b"]);
  assert.deepEqual(seen.pauses, [1000, 2000, 5000]);
  assert.equal(Math.max(...seen.counts), 2);
  assert.deepEqual([queue.count, queue.isLost], [0, false]);
});

test("a refused act is handed back with its reason and does not hold up the next", async () => {
  const { queue, seen } = line();
  seen.refused.add("a");
  const refused = assert.rejects(queue.add("a"), /a refused/);
  assert.equal(await queue.add("b"), "b done");
  await refused;
  assert.deepEqual(seen.arrived, ["b"]);
  assert.deepEqual(seen.pauses, []);
});

test("only an act that never left can be dropped", async () => {
  const { queue, seen } = line();
  const first = queue.add("a");
  assert.equal(queue.dropLast(), null);
  const dropped = assert.rejects(queue.add("b"), NeverSentError);
  assert.equal(queue.dropLast(), "b");
  await dropped;
  assert.equal(await first, "a done");
  assert.deepEqual(seen.arrived, ["a"]);
});

test("pauses grow and then stay", () => {
  assert.deepEqual([1, 2, 3, 4, 9].map(pauseMs), [1000, 2000, 5000, 10_000, 10_000]);
});
