// @ts-check
// Elements. Text enters a page only here, always as text: nothing is ever parsed as HTML.

import { together } from "./formats.js";
import { inPauses } from "./pauses.js";

/** @import { Attributes, Child } from "./types.js" */

const SVG = "http://www.w3.org/2000/svg";

/**
 * The element of the page's shell that has an id.
 * @template {HTMLElement} E
 * @param {string} id
 * @param {new () => E} kind
 */
export const byId = (id, kind) => {
  const node = document.getElementById(id);
  if (!(node instanceof kind)) throw new Error(`the page has no #${id}`);
  return node;
};

/**
 * Children that are there, out of lists in lists.
 * @param {Child[]} children
 * @returns {(Node | string)[]}
 */
const present = (children) =>
  children.flatMap((child) => {
    if (Array.isArray(child)) return present(child);
    if (typeof child === "string") return [together(child)];
    return child === null || child === undefined || child === false ? [] : [child];
  });

/**
 * Replace what an element holds.
 * @param {Element} node
 * @param {Child[]} children
 */
export const fill = (node, ...children) => node.replaceChildren(...present(children));

/**
 * An element with its attributes and content.
 * @template {Element} E
 * @param {E} node
 * @param {Attributes} attributes
 * @param {Child[]} children
 */
const made = (node, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...present(children));
  return node;
};

/**
 * An element of HTML.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Attributes} [attributes]
 * @param {Child[]} children
 */
export const el = (tag, attributes = {}, ...children) => made(document.createElement(tag), attributes, children);

/**
 * An element of SVG.
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Attributes} [attributes]
 * @param {Child[]} children
 */
export const svg = (tag, attributes = {}, ...children) =>
  made(document.createElementNS(SVG, tag), attributes, children);

/**
 * What a person wrote: in its own direction, and where it is long in a box that scrolls, also by key.
 * @param {string} text
 * @param {string} name of the box
 */
export const words = (text, name) => {
  const long = text.length > 600;
  return el(
    "div",
    long ? { class: "words long", tabindex: 0, role: "group", "aria-label": name } : { class: "words" },
    el("bdi", {}, text),
  );
};

/**
 * A picture for eyes, with a sentence as its name; its numbers go into a `hiddenTable` beside it.
 * @param {number} width @param {number} height
 * @param {string} says
 * @param {Child[]} children
 */
export const picture = (width, height, says, ...children) =>
  svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": says }, ...children);

/**
 * What the program has drawn, as nodes. Text in it cannot be markup (analytics/pictures/markup.py); scripts never run.
 * @param {string} markup
 */
export const drawn = (markup) => [...new DOMParser().parseFromString(markup, "text/html").body.childNodes];

/** Rows of a table behind a picture that are made at once, and in each pause after that. */
const ROWS_AT_ONCE = 50;

/**
 * Rows of text, more than `ROWS_AT_ONCE` of them in pauses of the page.
 * @param {(string | number)[][]} rows
 */
const bodyOf = (rows) => {
  const made = (/** @type {number} */ chunk) =>
    rows.slice(chunk * ROWS_AT_ONCE, (chunk + 1) * ROWS_AT_ONCE).map((row) =>
      el(
        "tr",
        {},
        row.map((text) => el("td", {}, String(text))),
      ),
    );
  const body = el("tbody", {}, made(0));
  inPauses(Math.ceil(rows.length / ROWS_AT_ONCE) - 1, (i) => body.append(...made(i + 1)));
  return body;
};

/**
 * The numbers behind a picture, for those who do not see it.
 * @param {string} caption
 * @param {string[]} headings
 * @param {(string | number)[][]} rows
 */
export const hiddenTable = (caption, headings, rows) =>
  el(
    "div",
    { class: "visually-hidden" },
    el("table", {}, el("caption", {}, caption), el("thead", {}, headingRow(headings)), bodyOf(rows)),
  );

/**
 * A row of column headings.
 * @param {string[]} headings
 */
export const headingRow = (headings) =>
  el(
    "tr",
    {},
    headings.map((text) => el("th", { scope: "col" }, text)),
  );

/**
 * Rows of a list of terms.
 * @param {[Child, Child][]} terms
 */
export const termed = (terms) => terms.map(([name, said]) => [el("dt", {}, name), el("dd", {}, said)]);

/**
 * A button for what a key does too.
 * @param {string} words
 * @param {string | undefined} key
 * @param {() => unknown} act
 * @param {boolean} [pressed]
 */
export const action = (words, key, act, pressed) =>
  el(
    "button",
    { type: "button", onclick: act, "aria-pressed": pressed === undefined ? null : String(pressed) },
    `${words} `,
    key && el("kbd", {}, key),
  );

/**
 * Stripes that say "nothing sure is known here".
 * @param {string} id must be unique in the page
 */
export const hatching = (id) =>
  svg(
    "pattern",
    { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    svg("rect", { width: 6, height: 6, class: "hatch-ground" }),
    svg("line", { x1: 0, y1: 0, x2: 0, y2: 6, class: "hatch-line" }),
  );
