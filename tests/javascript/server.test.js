// What the page says and does where a proxy answers in place of the server.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { NotReachedError, get } from "../../analytics/review/static/server.js";

const { fetch } = globalThis;
afterEach(() => {
  globalThis.fetch = fetch;
});

/** What is thrown where each question gets this answer. @param {number} status @param {string} body */
const failure = async (status, body) => {
  globalThis.fetch = async () => new Response(body, { status });
  return get("/api/people").then(assert.fail, (error) => error);
};

const PROXY = "<html><head><title>Bad Gateway</title></head></html>";

for (const [status, says] of [
  [502, /does not answer: it was stopped/],
  [504, /has not answered for long/],
]) {
  for (const body of [PROXY, ""]) {
    const how = body ? "in HTML" : "without a word";
    test(`a proxy's ${status} ${how} is no answer, and the same may be sent again`, async () => {
      const error = await failure(status, body);
      assert.ok(error instanceof NotReachedError);
      assert.match(error.message, says);
    });
  }
}

test("a proxy that takes nothing so large is named, and the same is not sent again", async () => {
  const error = await failure(413, PROXY);
  assert.ok(!(error instanceof NotReachedError));
  assert.match(error.message, /proxy.*nothing so large/);
});

test("what the server itself says of a failure is shown as it stands", async () => {
  const large = await failure(413, JSON.stringify({ error: "too large for a journal" }));
  assert.equal(large.message, "too large for a journal");
  const busy = await failure(503, JSON.stringify({ error: "the database is in use" }));
  assert.ok(busy instanceof NotReachedError);
  assert.equal(busy.message, "the database is in use");
});
