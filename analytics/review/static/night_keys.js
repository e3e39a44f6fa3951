// @ts-check
// The keys of a night's page. What stands in a field is never taken, nor is Tab. Without the document until it listens.

import { LABEL_KEYS } from "./edits.js";

/** @typedef {Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">} Pressed */

/**
 * A key with what is held, as the table of keys has it: "j", "Shift+j", "Shift+1", "Ctrl+z", "Delete". A digit with
 * Shift is one where the layout writes a sign there; where digits themselves need Shift it is a plain digit. Null for
 * what is never taken.
 * @param {Pressed} event
 */
export const chordOf = ({ key, code, ctrlKey, metaKey, altKey, shiftKey }) => {
  if (altKey || key === "Tab") return null;
  const isDigit = /^\d$/.test(key);
  const digit = /^Digit(\d)$/.exec(code)?.[1];
  const name = shiftKey && digit && !isDigit ? digit : key.length === 1 ? key.toLowerCase() : key;
  const isNamed = key.length > 1 || /^\p{L}$/u.test(key) || (digit !== undefined && !isDigit);
  const shift = shiftKey && isNamed ? "Shift+" : "";
  return `${ctrlKey || metaKey ? "Ctrl+" : ""}${shift}${name}`;
};

/**
 * What the keys do that a page of a night can be asked for.
 * @typedef {{ acts: import("./night_acts.js").NightActs, near: import("./inspector.js").Inspector,
 *   long: import("./timeline.js").Timeline, list: import("./movement_list.js").MovementList,
 *   forms: import("./night_forms.js").NightForms, seeing: import("./seeing.js").Seeing,
 *   judge: (word: string) => unknown, nextFlag: () => unknown,
 *   move: (by: number, marks?: boolean) => unknown, note: () => unknown, ruler: (by: number | null) => unknown }} Page
 */

/** A digit for each label; with Shift for the whole series. @param {Page} page */
const labelKeys = ({ acts }) =>
  Object.fromEntries(
    Object.entries(LABEL_KEYS).flatMap(([digit, name]) => [
      [digit, () => acts.relabel(name, false)],
      [`Shift+${digit}`, () => acts.relabel(name, true)],
    ]),
  );

/** @param {Page} page @returns {Record<string, () => unknown>} */
const viewKeys = (page) => ({
  j: () => page.move(1),
  k: () => page.move(-1),
  "Shift+j": () => page.move(1, true),
  "Shift+k": () => page.move(-1, true),
  l: () => page.seeing.nextOfLabel(1),
  "Shift+l": () => page.seeing.nextOfLabel(-1),
  z: () => page.near.nextWidth(),
  r: () => page.ruler(null),
  ",": () => page.ruler(-100),
  ".": () => page.ruler(100),
  "+": () => page.long.zoomBy(0.5),
  "-": () => page.long.zoomBy(2),
  w: () => page.long.zoomAll(),
  v: () => page.seeing.rows.toggle(),
  Escape: () => {
    if (page.forms.isOpen) page.forms.close();
    else if (page.list.marked.size) page.list.clear();
    else if (page.list.only) page.seeing.narrow(null);
  },
});

/** All keys of the page. @param {Page} page @returns {Record<string, () => unknown>} */
export const keysOf = (page) => ({
  ...labelKeys(page),
  ...viewKeys(page),
  f: () => page.nextFlag(),
  c: () => page.judge("confirm"),
  x: () => page.judge("dismiss"),
  u: () => page.judge("unsure"),
  d: () => page.acts.judgeMovements("dismiss"),
  n: () => page.note(),
  m: () => page.acts.join(),
  s: () => page.acts.split(page.near.drag.ruler),
  Delete: () => page.acts.remove(),
  a: () => page.forms.toggle("add"),
  b: () => page.forms.toggle("bout"),
  e: () => page.forms.toggle("exclude"),
  "Ctrl+z": () => page.acts.turn("undo"),
  "Ctrl+Shift+z": () => page.acts.turn("redo"),
});

/** @param {EventTarget | null} target */
const isTyping = (target) =>
  target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;

/**
 * Listen to keys before the page's shell does; how to end that. A key that comes while the next night is on its way is
 * meant for that one: here it would take a verdict back that was just given.
 * @param {Record<string, () => unknown>} keys
 * @param {() => boolean} isLeaving
 */
export const listenToKeys = (keys, isLeaving) => {
  const listen = (/** @type {KeyboardEvent} */ event) => {
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const chord = chordOf(event);
    const act = chord === null ? undefined : keys[chord];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    if (!isLeaving()) act();
  };
  document.addEventListener("keydown", listen, true);
  return () => document.removeEventListener("keydown", listen, true);
};
