// @ts-check
// Ranges of nights: chosen by dragging over the picture, by grips and keys, and by dates; the server tells what they
// hold and how many changes lie between.

import { action, el, fill, headingRow, picture, svg } from "./draw.js";
import { messageOf, number, shortDate } from "./formats.js";
import { dayNumber, moved, spanOf } from "./over_nights_axis.js";
import { released } from "./pressed.js";
import { get } from "./server.js";

/** @import { OverNights, RangeDots, RangesAnswer } from "./types.js" */
/** @import { DaySpan, axisOf } from "./over_nights_axis.js" */

/** @typedef {"a" | "b"} Letter */

/** So near a press is a click, in pixels. */
const NEAR = 4;
/** Quiet time before the server is asked, in milliseconds. */
const SETTLED = 120;
const STEPS = new Map([
  ["ArrowLeft", -1],
  ["ArrowDown", -1],
  ["ArrowRight", 1],
  ["ArrowUp", 1],
  ["PageDown", -7],
  ["PageUp", 7],
  ["Home", -100_000],
  ["End", 100_000],
]);

/**
 * An element at a place of its parent, in pixels. Attributes with a style are not allowed on this page.
 * @template {HTMLElement} E
 * @param {E} node
 * @param {{ left: number, top?: number, width?: number, height?: number }} at
 */
const placed = (node, at) => {
  for (const [name, value] of Object.entries(at)) node.style.setProperty(name, `${value}px`);
  return node;
};

/**
 * Single nights of a range that is too short for statistics.
 * @param {RangeDots} dots
 */
const dotsOf = ({ range, says, values }) => {
  const most = Math.max(...values, 1);
  const at = (/** @type {number} */ value) => 8 + (264 * value) / most;
  return el(
    "figure",
    { class: "range-dots" },
    picture(
      280,
      18,
      `${range}: ${values.map((value) => number(value, 1)).join(", ")}`,
      svg("line", { x1: 8, x2: 272, y1: 9, y2: 9, class: "grid" }),
      values.map((value) => svg("circle", { cx: at(value), cy: 9, r: 4, class: "range-dot" })),
    ),
    el("figcaption", { class: "small" }, `${range}, ${says}: ${values.map((value) => number(value, 1)).join(", ")}`),
  );
};

export class Ranges {
  /** @type {Record<Letter, DaySpan | null>} */
  #spans;
  /** @type {ReturnType<typeof axisOf> | null} */
  #axis = null;
  #height = 0;
  #turn = 0;
  #timer = 0;

  /**
   * @param {OverNights} told
   * @param {HTMLElement} plot over which ranges are dragged
   */
  constructor(told, plot) {
    this.told = told;
    /** @type {DaySpan} */
    this.all = [told.first, told.last];
    this.#spans = { a: this.all, b: null };
    this.layer = el("div", { class: "over-layer" });
    this.form = el("div", { class: "range-form" });
    this.found = el("div", { class: "range-found", "aria-live": "polite" });
    this.node = el(
      "section",
      { class: "card ranges", "aria-labelledby": "ranges-title" },
      el("h2", { id: "ranges-title" }, "Ranges of nights"),
      this.form,
      this.found,
    );
    this.#drag(plot);
    this.#fields();
    this.#ask();
  }

  /**
   * Where the picture has its days now.
   * @param {ReturnType<typeof axisOf>} axis
   * @param {number} height
   */
  place(axis, height) {
    this.#axis = axis;
    this.#height = height;
    this.#draw();
  }

  /** @param {Letter} letter @param {DaySpan | null} span */
  #set(letter, span) {
    this.#spans[letter] = span;
    if (!this.#spans.a) this.#spans = { a: this.#spans.b ?? this.all, b: null };
    this.#draw();
    this.#fields();
    this.#ask();
  }

  #drag(/** @type {HTMLElement} */ plot) {
    plot.addEventListener("pointerdown", (event) => {
      const axis = this.#axis;
      if (!axis || event.button || (event.target instanceof Element && event.target.closest(".grip"))) return;
      const x = event.clientX - plot.getBoundingClientRect().left;
      if (x < axis.at(this.told.first)) return;
      const [start, letter] = [axis.day(x), /** @type {Letter} */ (event.shiftKey ? "b" : "a")];
      this.#follow(plot, event, (to) => Math.abs(to - x) > NEAR && this.#set(letter, spanOf(start, axis.day(to))));
    });
  }

  /**
   * Follow the pointer until it is let go.
   * @param {HTMLElement} plot @param {PointerEvent} event @param {(x: number) => unknown} act
   */
  #follow(plot, event, act) {
    event.preventDefault();
    const move = (/** @type {PointerEvent} */ at) => act(at.clientX - plot.getBoundingClientRect().left);
    const end = () => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
      removeEventListener("pointercancel", end);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
  }

  #draw() {
    const axis = this.#axis;
    if (!axis) return;
    const held = document.activeElement?.getAttribute("data-grip");
    fill(
      this.layer,
      /** @type {Letter[]} */ (["a", "b"]).map((letter) => {
        const span = this.#spans[letter];
        if (!span) return null;
        const left = axis.at(span[0]);
        const width = axis.at(span[1]) + axis.slot - left;
        return [
          placed(
            el(
              "div",
              { class: `range range-${letter}` },
              el("span", { class: "range-letter", "aria-hidden": "true" }, letter.toUpperCase()),
            ),
            { left, width, height: this.#height },
          ),
          this.#grip(letter, span, 0, left),
          this.#grip(letter, span, 1, left + width),
        ];
      }),
    );
    if (held) this.layer.querySelector(`[data-grip="${held}"]`)?.dispatchEvent(new CustomEvent("held"));
  }

  /** @param {Letter} letter @param {DaySpan} span @param {0 | 1} end @param {number} x */
  #grip(letter, span, end, x) {
    const [first, last] = this.all.map(dayNumber);
    const grip = el("div", {
      class: "grip",
      role: "slider",
      tabindex: 0,
      "data-grip": `${letter}${end}`,
      "aria-label": `Range ${letter.toUpperCase()} ${end ? "ends" : "begins"}`,
      "aria-valuemin": first,
      "aria-valuemax": last,
      "aria-valuenow": dayNumber(span[end]),
      "aria-valuetext": span[end],
    });
    placed(grip, { left: x, top: this.#height / 2 - 14 });
    grip.addEventListener("held", () => grip.focus());
    grip.addEventListener("keydown", (event) => this.#key(event, letter, end));
    grip.addEventListener("pointerdown", (event) => {
      const plot = this.layer.parentElement;
      if (!plot || !this.#axis) return;
      grip.focus();
      const other = span[1 - end];
      this.#follow(plot, event, (to) => {
        const day = this.#axis?.day(end ? to - 1 : to) ?? span[end];
        this.#set(letter, end ? [other, day < other ? other : day] : [day > other ? other : day, other]);
      });
    });
    return grip;
  }

  /** @param {KeyboardEvent} event @param {Letter} letter @param {0 | 1} end */
  #key(event, letter, end) {
    const span = this.#spans[letter];
    const step = STEPS.get(event.key);
    if (!span || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") this.#set(letter, null);
    else if (step === undefined) return;
    else {
      const day = moved(span[end], step, end ? [span[0], this.all[1]] : [this.all[0], span[1]]);
      this.#set(letter, end ? [span[0], day] : [day, span[1]]);
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #fields() {
    const held = document.activeElement?.id;
    const { a, b } = this.#spans;
    fill(
      this.form,
      a && this.#dates("a", a),
      b && this.#dates("b", b),
      b
        ? action("Only one range", undefined, () => this.#set("b", null))
        : action("Compare with a second range", undefined, () => this.#second()),
    );
    if (held?.startsWith("range-")) document.getElementById(held)?.focus();
  }

  /** Halves, where the first range is all there is; else all after it, or before it. */
  #second() {
    const [first, last] = this.all;
    const [from, to] = this.#spans.a ?? this.all;
    if (to < last) return this.#set("b", [moved(to, 1, this.all), last]);
    if (from > first) return this.#set("b", [first, moved(from, -1, this.all)]);
    const middle = moved(first, Math.floor((dayNumber(last) - dayNumber(first)) / 2), this.all);
    this.#spans.a = [first, middle];
    return this.#set("b", [moved(middle, 1, this.all), last]);
  }

  /** @param {Letter} letter @param {DaySpan} span */
  #dates(letter, span) {
    const field = (/** @type {0 | 1} */ end) => {
      const input = el("input", {
        type: "date",
        id: `range-${letter}${end}`,
        min: this.all[0],
        max: this.all[1],
        value: span[end],
        "aria-label": `Range ${letter.toUpperCase()} ${end ? "to" : "from"}`,
      });
      input.addEventListener("change", async () => {
        const day = input.value;
        await released();
        if (!day || day < this.all[0] || day > this.all[1]) return this.#fields();
        const [from, to] = end ? [span[0], day] : [day, span[1]];
        return this.#set(letter, from <= to ? [from, to] : [day, day]);
      });
      return input;
    };
    return el(
      "fieldset",
      { class: `range-dates range-dates-${letter}` },
      el("legend", {}, letter.toUpperCase()),
      field(0),
      " to ",
      field(1),
    );
  }

  #ask() {
    const turn = (this.#turn += 1);
    this.node.classList.add("waiting");
    delete this.node.dataset.told;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#fetch(turn), SETTLED);
  }

  /** @param {number} turn */
  async #fetch(turn) {
    const { a, b } = this.#spans;
    if (!a) return;
    const second = b ? { b_from: b[0], b_to: b[1] } : {};
    try {
      const told = await get("/api/ranges", { subject: this.told.subject, a_from: a[0], a_to: a[1], ...second });
      if (turn !== this.#turn) return;
      this.#show(told);
    } catch (error) {
      if (turn !== this.#turn) return;
      const again = action("Try again", undefined, () => this.#ask());
      fill(this.found, el("p", { class: "warning", role: "alert" }, `${messageOf(error)}. `, again));
    }
    this.node.classList.remove("waiting");
    this.node.dataset.told = [a, b ?? []].flat().join(" ");
  }

  /** @param {RangesAnswer} told */
  #show({ head, rows, says, dots }) {
    fill(
      this.found,
      el(
        "div",
        { class: "scroll" },
        el(
          "table",
          { class: "range-table" },
          el("caption", { class: "visually-hidden" }, "What the ranges hold, with 95 % intervals"),
          el("thead", {}, headingRow(["range", ...head])),
          el(
            "tbody",
            {},
            rows.map(([name, ...cells]) =>
              el(
                "tr",
                {},
                el("th", { scope: "row" }, name),
                cells.map((cell) => el("td", {}, cell)),
              ),
            ),
          ),
        ),
      ),
      dots.map(dotsOf),
      says.length > 0 && el("p", { class: "range-says" }, says.join(" ").replaceAll(/\d{4}-\d\d-\d\d/g, shortDate)),
    );
  }
}
