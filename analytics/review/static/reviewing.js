// @ts-check
// Acts of this window over all nights: sent in their order, kept while the server does not answer, taken back and done
// again. Whether another window was there, the numbers of acts tell.

import { ActStack, anotherWasHere } from "./acts.js";
import { NotReachedError, forgetNight, get, sent } from "./server.js";
import { asksBeforeLoss } from "./unsaved.js";
import { Unsent } from "./unsent.js";

/** @import { EditedAnswer, NightKey, Review } from "./types.js" */

/** @typedef {{ night: NightKey, path: string, body: Record<string, unknown>, says: string, kind: string }} Act */
/** @typedef {Act & { knew: number }} Kept an act, and the latest act on its night when it was made */
/** @typedef {{ answer: Review | EditedAnswer, another: boolean, night: NightKey }} Done */

export const stack = new ActStack();
/** By night: the latest act that this window knows of. @type {Map<string, number>} */
const known = new Map();
/** The latest act of all nights; null until one of this window was answered. @type {number | null} */
let latest = null;
/** @type {Set<() => unknown>} */
const listeners = new Set();
/** Ends a pause between two tries. */
let tryNow = () => {};

/** @param {NightKey} night */
const keyOf = (night) => JSON.stringify([night.subject, night.night_date]);

/** @param {NightKey} night */
export const question = (night) => ({ subject: night.subject, night: night.night_date });

/** What the server says of a night is known. @param {NightKey} night @param {number} act */
export const knows = (night, act) => known.set(keyOf(night), act);

/** Whether another window was at a night that this one shows. @param {NightKey} night @param {number} act */
export const isNews = (night, act) => unsent.count === 0 && act !== (known.get(keyOf(night)) ?? act);

/**
 * Send an act. Before the first of this window, and before one that may have arrived, the night is asked for.
 * @param {Kept} act
 * @param {number} tries
 * @returns {Promise<Done>}
 */
const send = async (act, tries) => {
  const before = latest;
  let another = false;
  if (before === null || tries > 0) {
    const { act: now } = await get("/api/edits", question(act.night));
    another = now !== (known.get(keyOf(act.night)) ?? act.knew);
    if (another && tries > 0) {
      knows(act.night, now);
      throw new Error(
        `While nightkick did not answer something was done, perhaps this: ${act.says}. Look before again.`,
      );
    }
  }
  const answer = await sent(act.path, { ...question(act.night), ...act.body });
  forgetNight(question(act.night));
  if (before !== null) another = anotherWasHere(before, answer.act);
  latest = answer.act;
  knows(act.night, answer.act);
  return { answer, another, night: act.night };
};

const changed = () => {
  for (const tell of listeners) tell();
};

/** @type {Unsent<Kept, Done>} */
export const unsent = new Unsent({
  send,
  isPassing: (why) => why instanceof NotReachedError,
  wait: (ms) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      tryNow = () => {
        clearTimeout(timer);
        resolve();
      };
    }),
  changed,
});

export const sendNow = () => tryNow();

/** Be told when the number of unsent acts changes; how to end that. @param {() => unknown} tell */
export const whenUnsentChanges = (tell) => {
  listeners.add(tell);
  return () => listeners.delete(tell);
};

/** Once every act has its answer, or the server does not answer. @returns {Promise<void>} */
export const allSent = () =>
  new Promise((resolve) => {
    const look = () => {
      if (unsent.count > 0 && !unsent.isLost) return;
      stop();
      setTimeout(resolve); // once what waited for the answer has put the act on the stack
    };
    const stop = whenUnsentChanges(look);
    look();
  });

/** @param {Act} act @returns {Promise<Done>} */
const sendOne = (act) => {
  forgetNight(question(act.night));
  return unsent.add({ ...act, knew: known.get(keyOf(act.night)) ?? 0 });
};

/** Do something that undo takes back. @param {Act} act @returns {Promise<Done>} */
export const perform = async (act) => {
  const done = await sendOne(act);
  const at = ("log" in done.answer && done.answer.log.at(-1)?.at) || Date.now();
  stack.push({ night: act.night, act: done.answer.act, says: act.says, at, kind: act.kind });
  return done;
};

/**
 * Take an act back, or do it again.
 * @param {import("./acts.js").DoneAct} act
 * @param {"undo" | "redo"} how
 */
export const turn = async (act, how) => {
  const done = await sendOne({
    night: act.night,
    path: `/api/${how}`,
    body: { act: act.act },
    says: `${how}: ${act.says}`,
    kind: how,
  });
  stack.turned(act);
  return done;
};

/** Take back an act that this window did not make. @param {NightKey} night @param {number} act */
export const takeBack = (night, act) =>
  sendOne({ night, path: "/api/undo", body: { act }, says: `act ${act} taken back`, kind: "undo" });

window.addEventListener("online", sendNow);
asksBeforeLoss(() => unsent.count > 0);
