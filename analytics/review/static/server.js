// @ts-check
// Talking to the server: every fetch of the page. A failure is shown in words and can be tried again.

/** @import { Answers, JournalSaved } from "./types.js" */

/** Nothing was answered, or the store was busy: the same may be sent again. */
export class NotReachedError extends Error {}

/** Where a name comes several times, as parameters. */
/** @typedef {Record<string, string | number | undefined> | URLSearchParams} Query */

const token = () => document.querySelector('meta[name="nightkick-token"]')?.getAttribute("content") ?? "";

/** @param {Query} query */
const asText = (query) =>
  (query instanceof URLSearchParams
    ? query
    : new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))
  ).toString();

const STOPPED = "nightkick does not answer: it was stopped. Start it again with: nightkick review";
/** What a proxy before the page answers in its stead, in its own words. @type {Map<number, string>} */
const OF_PROXIES = new Map([
  [413, "the proxy before the page takes nothing so large: see phone.md in the documents"],
  [502, STOPPED],
  [504, "nightkick has not answered for long: is it busy, or stopped? Look in its terminal, and try again"],
]);
/** The same may be sent again. */
const PASSING = [502, 503, 504];

/** @param {Response} response */
const answered = async (response) => {
  const words = OF_PROXIES.get(response.status) ?? `the server answered ${response.status}`;
  const body = await response.json().catch(() => ({ error: words }));
  if (response.ok) return body;
  const said = body.error ?? words;
  throw PASSING.includes(response.status) ? new NotReachedError(said) : new Error(said);
};

/** @param {Promise<Response>} promise */
const reached = (promise) =>
  promise.catch(() => {
    throw new NotReachedError(STOPPED);
  });

/**
 * What an address answers now.
 * @template {keyof Answers} P
 * @param {P} path
 * @param {Query} [query]
 * @returns {Promise<Answers[P]>}
 */
export const get = async (path, query) => answered(await reached(fetch(query ? `${path}?${asText(query)}` : path)));

/**
 * Send something; what the address answers.
 * @param {string} path
 * @param {Record<string, unknown>} said
 */
export const sent = async (path, said) =>
  answered(
    await reached(
      fetch(path, {
        method: "POST",
        headers: { "content-type": "application/json", "x-nightkick-token": token() },
        body: JSON.stringify(said),
      }),
    ),
  );

/**
 * Send what was written of a day of the journal; what came of it.
 * @param {Record<string, unknown>} said
 * @returns {Promise<JournalSaved>}
 */
export const postJournal = (said) => sent("/api/journal", said);

/**
 * Send a file of the journal; what it would do, or did where its plan is confirmed.
 * @param {Record<string, unknown>} said
 * @returns {Promise<import("./types.js").JournalFilePlan>}
 */
export const postJournalFile = (said) => sent("/api/journal-file", said);

/** @type {Map<string, { answer: Promise<any>, at: number }>} */
const kept = new Map();
const KEEP = 60;

/**
 * What was asked before, or is asked now, under the key by which it is kept.
 * @template {keyof Answers} P
 * @param {P} path
 * @param {Query} query
 * @returns {{ key: string, answer: Promise<Answers[P]>, at: number }}
 */
const fetched = (path, query) => {
  const key = `${path}?${asText(query)}`;
  const known = kept.get(key);
  if (known) return { key, ...known };
  const oldest = kept.keys().next().value;
  if (kept.size >= KEEP && oldest !== undefined) kept.delete(oldest);
  const asked = { answer: get(path, query), at: performance.now() };
  kept.set(key, asked);
  asked.answer.catch(() => kept.delete(key));
  return { key, ...asked };
};

/**
 * As `get`, remembered: for what never changes while a page is open, such as samples.
 * @template {keyof Answers} P
 * @param {P} path
 * @param {Query} query
 */
export const getOnce = (path, query) => fetched(path, query).answer;

/**
 * Ask ahead for what will probably be wanted next.
 * @param {keyof Answers} path
 * @param {Query} query
 */
export const prefetch = (path, query) => {
  fetched(path, query);
};

/**
 * What was asked ahead if that is not long ago, and then no more; else asked now.
 * @template {keyof Answers} P
 * @param {P} path
 * @param {Query} query
 */
export const getFresh = (path, query, longestMs = 60_000) => {
  const { key, answer, at } = fetched(path, query);
  kept.delete(key);
  return performance.now() - at > longestMs ? get(path, query) : answer;
};

export const forget = () => kept.clear();

/** Forget what was asked ahead of any night but its samples: another window may have been at it. */
export const forgetReviews = () => {
  for (const key of kept.keys()) if (!key.startsWith("/api/window?")) kept.delete(key);
};

/**
 * Forget what was asked ahead of a night and of whose it is: something was done on it.
 * @param {{ subject: string, night: string }} question
 */
export const forgetNight = ({ subject, night }) => {
  kept.delete(`/api/night?${asText({ subject, night })}`);
  kept.delete(`/api/strip?${asText({ subject })}`);
};
