// @ts-check
// A term that is explained where it stands, on hover, focus and touch.

import { el } from "./draw.js";
import { WORDS } from "./words.js";

/** @import { Child } from "./types.js" */

/**
 * @param {string} said
 * @param {string} means
 * @param {string} id of what explains it, the only one of the page
 * @param {{ before?: Child, after?: Child }} [beside] what no line must end with, and what none must begin with
 */
export const termBox = (said, means, id, { before, after } = {}) => {
  const box = el(
    "span",
    { class: "term-box" },
    before,
    el("button", { type: "button", class: "term", "aria-describedby": id }, said),
    after,
    el("span", { class: "tip", role: "tooltip", id }, means),
  );
  for (const way of ["mouseenter", "focusin"]) box.addEventListener(way, () => box.classList.remove("shut"));
  return box;
};

/** Between what explains a term and the edges of the window, pixels. */
const EDGE = 10;

/**
 * Put what explains a heading below it, or above where there is no room. It is fixed, for a table that scrolls would
 * cut it off.
 * @param {Element} box
 */
const place = (box) => {
  const { left, top, bottom } = box.getBoundingClientRect();
  const tip = /** @type {HTMLElement} */ (box.lastElementChild);
  const { clientWidth, clientHeight } = document.documentElement;
  const widest = Math.max(EDGE, clientWidth - tip.offsetWidth - EDGE);
  tip.style.left = `${Math.max(EDGE, Math.min(left, widest))}px`;
  tip.style.top = `${bottom + tip.offsetHeight > clientHeight ? top - tip.offsetHeight : bottom}px`;
};

/** What is open goes with its heading. */
const follow = () => {
  for (const box of document.querySelectorAll(".over-all:is(:hover, :focus-within)")) place(box);
};
addEventListener("scroll", follow, { capture: true, passive: true });

/**
 * The heading of a measure or column, explained where it stands; where nothing explains it, the words alone.
 * @param {string} name of the measure or column
 * @param {string} said
 */
export const heading = (name, said) => {
  const means = WORDS.explained[name];
  if (means === undefined) return said;
  const box = termBox(said, means, `heading-${name}`);
  box.classList.add("over-all");
  for (const way of ["mouseenter", "focusin"]) box.addEventListener(way, () => requestAnimationFrame(follow));
  return box;
};

/** Escape closes what explains a term, wherever the mouse and the focus are. @param {KeyboardEvent} event */
const shut = (event) => {
  if (event.key === "Escape") for (const box of document.querySelectorAll(".term-box")) box.classList.add("shut");
};
// Ahead of the keys of a page, which end there.
addEventListener("keydown", shut, { capture: true });
